using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

internal sealed class ToyTransformer(ToyMapper.Costs costs, int batchSize) : ITransformer
{
    public bool IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => GetRowToRowMapper(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) => new BatchedDataView(input, new ToyMapper(input.Schema, costs), batchSize);

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) =>
        new BatchedRowMapper(inputSchema, new ToyMapper(inputSchema, costs));

    void ICanSaveModel.Save(ModelSaveContext ctx) => throw new NotSupportedException();
}
