using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>
/// A chain that loads images from files, cut where it has them: a path cannot hold the pixels of an adversarial image, so that what is attacked is
/// the rest of the chain, on the images.
/// </summary>
internal sealed class ImageFiles
{
    private readonly ITransformer[] _loading;

    // Those that only say where the images were; without them nobody loads the originals again in place of adversarial images.
    private readonly HashSet<string> _paths;

    /// <param name="model">The whole chain.</param>
    /// <param name="schema">The rows that it reads.</param>
    public ImageFiles(ITransformer model, DataViewSchema schema)
    {
        ITransformer[] steps = [.. ClassifierOfModel.Steps(model)];
        var last = Array.FindLastIndex(steps, step => step is ImageLoadingTransformer);
        _loading = steps[..(last + 1)];
        Rest = last < 0 ? model : new TransformerChain<ITransformer>(steps[(last + 1)..]);
        _paths = last < 0 ? [] : Paths(schema);
    }

    /// <summary>The steps after the images are loaded; the whole chain where it loads none.</summary>
    public ITransformer Rest { get; }

    /// <summary>The rows with images; those that have them already and no paths stay as they are.</summary>
    public IDataView Load(IDataView rows)
    {
        var isLoaded = _paths.Count > 0 && _paths.All(path => rows.Schema.GetColumnOrNull(path)?.Type is null or ImageDataViewType);
        if (_loading.Length == 0 || isLoaded)
        {
            return rows;
        }

        var loaded = _loading.Aggregate(rows, (view, step) => step.Transform(view));
        string[] left = [.. _paths.Where(path => loaded.Schema.GetColumnOrNull(path)?.Type is TextDataViewType)];
        return left.Length == 0 ? loaded : new MLContext().Transforms.DropColumns(left).Fit(loaded).Transform(loaded);
    }

    private HashSet<string> Paths(DataViewSchema schema)
    {
        var paths = new HashSet<string>();
        foreach (var step in _loading)
        {
            var mapper = step.GetRowToRowMapper(schema);
            if (step is ImageLoadingTransformer)
            {
                var images = mapper.OutputSchema.Where(column => column.Type is ImageDataViewType && !schema.Contains(column));
                paths.UnionWith(mapper.GetDependencies(images).Select(column => column.Name));
            }

            schema = mapper.OutputSchema;
        }

        var rest = Rest.GetRowToRowMapper(schema);
        paths.ExceptWith(rest.GetDependencies(rest.OutputSchema.Where(column => !paths.Contains(column.Name))).Select(column => column.Name)
            .Where(path => schema.GetColumnOrNull(path)?.Type is TextDataViewType));
        return paths;
    }
}
