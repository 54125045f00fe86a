namespace VectorDb.Benchmarks;

/// <summary>Figures in columns, printed line by line as they come: some take minutes.</summary>
internal sealed class Table
{
    private const int FirstWidth = 34;

    private readonly string[] _columns;

    /// <param name="title">What is measured, and on how much.</param>
    /// <param name="columns">Headings; the first is of the names, the others are of figures.</param>
    public Table(string title, params string[] columns)
    {
        _columns = columns;
        Console.WriteLine($"{Environment.NewLine}{title}");
        Row(columns);
        Console.WriteLine($"  {new string('-', FirstWidth + columns.Skip(1).Sum(static column => Width(column)))}");
    }

    /// <param name="cells">As many as there are columns, or fewer.</param>
    public void Row(params string[] cells) => Console.WriteLine(
        $"  {cells[0].PadRight(FirstWidth)}{string.Concat(cells.Skip(1).Zip(_columns.Skip(1), static (cell, column) => cell.PadLeft(Width(column))))}".TrimEnd());

    private static int Width(string column) => Math.Max(9, column.Length + 2);
}
