namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>Which columns there are: those of the input, in place, followed by those that a mapper adds.</summary>
internal sealed class ColumnBindings
{
    private readonly BatchMapper _mapper;

    public ColumnBindings(DataViewSchema inputSchema, BatchMapper mapper)
    {
        _mapper = mapper;
        InputSchema = inputSchema;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumns(mapper.OutputColumns);
        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public ActiveColumns Activate(IEnumerable<DataViewSchema.Column>? columnsNeeded)
    {
        var active = new bool[OutputSchema.Count];
        foreach (var column in columnsNeeded ?? [])
        {
            if (column.Index < active.Length)
                active[column.Index] = true;
        }
        return new ActiveColumns(this, active);
    }

    public bool IsComputed(DataViewSchema.Column column) => column.Index >= InputSchema.Count;

    /// <summary>Index into the mapper's output columns of a column for which <see cref="IsComputed"/> holds.</summary>
    public int OutputIndex(DataViewSchema.Column column) => column.Index - InputSchema.Count;

    /// <summary>The columns of <see cref="OutputSchema"/> that one cursor or row was asked for, and what they cost.</summary>
    internal sealed class ActiveColumns
    {
        private readonly ColumnBindings _bindings;
        private readonly bool[] _active;

        public ActiveColumns(ColumnBindings bindings, bool[] active)
        {
            _bindings = bindings;
            _active = active;
            Outputs = active[bindings.InputSchema.Count..];
            ComputesAnything = Outputs.Contains(true);
            PassedThrough = [.. bindings.InputSchema.Where(column => active[column.Index])];
            Read = ComputesAnything ? [.. bindings._mapper.InputColumns.Select(column => bindings.InputSchema[column.Index])] : [];
        }

        /// <summary>For each output column of the mapper, whether it is active.</summary>
        public bool[] Outputs { get; }

        public bool ComputesAnything { get; }

        /// <summary>The input columns that are active themselves.</summary>
        public IReadOnlyList<DataViewSchema.Column> PassedThrough { get; }

        /// <summary>The input columns that the computation reads; none if no output is active.</summary>
        public IReadOnlyList<DataViewSchema.Column> Read { get; }

        /// <summary>Everything that must be active in the input.</summary>
        public IEnumerable<DataViewSchema.Column> Dependencies =>
            PassedThrough.Concat(Read).DistinctBy(column => column.Index).OrderBy(column => column.Index);

        public bool Contains(DataViewSchema.Column column) => column.Index < _active.Length && _active[column.Index];

        public void Check(DataViewSchema.Column column)
        {
            if (!Contains(column))
            {
                throw new ArgumentException(
                    $"Column '{column.Name}': expected one of the columns that were asked for when the cursor was created, which are "
                    + $"{string.Join(", ", _bindings.OutputSchema.Where(Contains).Select(c => $"'{c.Name}'"))}; ask for this one too.",
                    nameof(column));
            }
        }
    }
}
