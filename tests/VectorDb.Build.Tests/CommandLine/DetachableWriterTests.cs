using VectorDb.Build.CommandLine;

namespace VectorDb.Build.Tests.CommandLine;

public sealed class DetachableWriterTests
{
    [Fact]
    public void A_terminal_that_is_gone_ends_nothing()
    {
        using var inner = new ClosedTerminal();
        using var writer = new DetachableWriter(inner);

        writer.WriteLine("before");
        inner.IsGone = true;
        writer.WriteLine("after");
        writer.Write('x');
        writer.Write(['y', 'z'], 0, 2);
        writer.Flush();

        Assert.Equal("before", inner.ToString().TrimEnd());
    }

    private sealed class ClosedTerminal : StringWriter
    {
        public bool IsGone { get; set; }

        public override void Write(char value) => Refuse();

        public override void Write(string? value) => Refuse();

        public override void WriteLine(string? value)
        {
            Refuse();
            base.Write((value + "\n").ToCharArray(), 0, (value?.Length ?? 0) + 1);
        }

        public override void Flush() => Refuse();

        private void Refuse()
        {
            if (IsGone)
            {
                throw new IOException("Input/output error");
            }
        }
    }
}
