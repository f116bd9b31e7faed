using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Tool.Images;

/// <summary>
/// A folder with a subfolder of images per class. Subfolders called by numbers are those classes, from 0; others are classes in alphabetical order,
/// or those of the model that have their names. Rows go round the classes, so that the first rows hold all of them.
/// </summary>
internal sealed class ImageFolder : ImageSet
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];

    private readonly string _folder;
    private readonly string[] _names;
    private readonly (string Path, string Name)[] _images;

    private ImageFolder(string folder, string[] names, (string Path, string Name)[] images) => (_folder, _names, _images) = (folder, names, images);

    public override int RowCount => _images.Length;

    public override IReadOnlyList<string> Files => [.. _images.Select(image => image.Path)];

    private bool HasNumbers => _names.All(name => Number(name) is not null);

    public static ImageFolder Of(string folder, int? rows)
    {
        var classes = Directory.GetDirectories(folder)
            .Select(path => (Name: Path.GetFileName(path), Images: Directory.GetFiles(path).Where(IsImage).Order(StringComparer.Ordinal).ToArray()))
            .Where(found => found.Images.Length > 0).OrderBy(found => Number(found.Name) ?? int.MaxValue).ThenBy(found => found.Name, StringComparer.Ordinal)
            .ToArray();
        var images = classes.SelectMany(found => found.Images.Select((path, index) => (path, found.Name, index)))
            .OrderBy(image => image.index).Select(image => (image.path, image.Name)).ToArray();
        if (images.Length == 0)
        {
            throw new InvalidDataException($"'{folder}': expected a subfolder of images ({string.Join(", ", Extensions)}) for each class, found none.");
        }

        return new(folder, [.. classes.Select(found => found.Name)], images[..RequireRows(folder, images.Length, rows)]);
    }

    public override IDataView ToView(MLContext context, ImageReader reader)
    {
        var (channels, height, width) = PixelFile.SizeFor(reader.Shape, _images[0].Path);
        foreach (var (path, _) in _images)
        {
            PixelFile.RequireSize(path, height, width);
        }

        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, channels, height, width);
        var view = context.Data.LoadFromEnumerable(
            _images.Select(image => new Row { Features = PixelFile.Read(image.Path, channels), Label = image.Name }), schema);
        if (reader.ReadsTextLabels)
        {
            return view;
        }

        var classes = context.Data.LoadFromEnumerable(ClassNames(reader.ClassCount).Select(name => new Name { Value = name }));
        return context.Transforms.Conversion.MapValueToKey(nameof(Row.Label), keyData: classes).Fit(view).Transform(view);
    }

    // A number is a place among all classes, of which some may have no images.
    private IEnumerable<string> ClassNames(int? count)
    {
        if (!HasNumbers)
        {
            return _names;
        }

        var last = Number(_names[^1])!.Value;
        return count is { } known && last >= known
            ? throw new InvalidDataException($"'{_folder}': expected classes from 0 to {known - 1}, as the model has {known}, got a subfolder '{last}'.")
            : Enumerable.Range(0, count ?? (last + 1)).Select(number => number.ToString(CultureInfo.InvariantCulture));
    }

    private static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    // Written as numbers are written: 07 is a name.
    private static int? Number(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number.ToString(CultureInfo.InvariantCulture) == name
            ? number
            : null;

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }

    private sealed class Name
    {
        public string Value { get; set; } = "";
    }
}
