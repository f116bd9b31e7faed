using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Data;

/// <summary>Walks the files of an <see cref="IdxDataView"/> in step, opening only those that are asked for.</summary>
internal sealed class IdxCursor : DataViewRowCursor
{
    private readonly IdxDataView _view;
    private readonly IdxFile? _images;
    private readonly IdxFile? _labels;
    private readonly byte[] _image;
    private readonly byte[] _label = new byte[1];
    private long _position = -1;
    private bool _isPastEnd;

    public IdxCursor(IdxDataView view, bool readImages, bool readLabels)
    {
        _view = view;
        _images = readImages ? new IdxFile(view.ImagesPath) : null;
        _labels = readLabels ? new IdxFile(view.LabelsPath) : null;
        _image = new byte[_images?.Header.ItemLength ?? 0];
    }

    public override long Position => _position;

    public override long Batch => 0;

    public override DataViewSchema Schema => _view.Schema;

    public override bool MoveNext()
    {
        if (_isPastEnd)
            return false;

        var hasImage = _images?.TryReadItem(_image) != false;
        var hasLabel = _labels?.TryReadItem(_label) != false;
        var moved = hasImage && hasLabel && _position + 1 < _view.GetRowCount();
        _isPastEnd = !moved;
        _position = moved ? _position + 1 : -1;
        return moved;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => FileOf(column) is not null;

    public override ValueGetter<DataViewRowId> GetIdGetter() =>
        (ref DataViewRowId value) => value = new DataViewRowId((ulong)Row(), 0);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (FileOf(column) is null)
            throw new ArgumentException($"Column '{column.Name}': expected a column that the cursor was created with.", nameof(column));

        Delegate getter = column.Name == IdxDataView.FeaturesColumnName
            ? (ValueGetter<VBuffer<float>>)GetFeatures
            : (ValueGetter<uint>)GetLabel;
        return Pipeline.TypedGetter.Cast<TValue>(getter, column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _images?.Dispose();
            _labels?.Dispose();
        }
        base.Dispose(disposing);
    }

    private IdxFile? FileOf(DataViewSchema.Column column) => column.Name == IdxDataView.FeaturesColumnName ? _images : _labels;

    private void GetFeatures(ref VBuffer<float> value)
    {
        Row();
        var editor = VBufferEditor.Create(ref value, _image.Length);
        for (var i = 0; i < _image.Length; i++)
            editor.Values[i] = _image[i] / 255f;
        value = editor.Commit();
    }

    private void GetLabel(ref uint value)
    {
        var row = Row();
        if (_label[0] >= _view.ClassCount)
        {
            throw new InvalidDataException(
                $"'{_view.LabelsPath}', row {row}, column '{IdxDataView.LabelColumnName}': expected a class from 0 to "
                + $"{_view.ClassCount - 1}, got {_label[0]}; pass a larger number of classes, or leave it out.");
        }
        value = _label[0] + 1u;     // key 0 means missing
    }

    private long Row() => _position >= 0
        ? _position
        : throw new InvalidOperationException(
            "Expected the cursor to be on a row, got one before the first or past the last; call getters after MoveNext returned true.");
}
