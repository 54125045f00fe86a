using System.Text;

namespace VectorDb.Testing;

/// <summary>The lines that differ between two texts, each with the two lines around it.</summary>
internal static class TextDiff
{
    private const int Around = 2;

    public static string Of(string before, string after)
    {
        var lines = Compare(before.Split('\n'), after.Split('\n'));
        var text = new StringBuilder();
        var skipped = false;
        for (var i = 0; i < lines.Count; i++)
        {
            var near = lines.Skip(Math.Max(0, i - Around)).Take(Math.Min(i, Around) + 1 + Around).Any(line => line.Mark != ' ');
            if (near)
            {
                text.Append(skipped ? "  ...\n" : "").Append(lines[i].Mark).Append(' ').Append(lines[i].Text).Append('\n');
            }

            skipped = !near;
        }

        return text.ToString();
    }

    private static List<(char Mark, string Text)> Compare(string[] before, string[] after)
    {
        // common[i, j]: the length of the longest common subsequence of before[i..] and after[j..].
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
            {
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var lines = new List<(char, string)>();
        for (int i = 0, j = 0; i < before.Length || j < after.Length;)
        {
            if (i < before.Length && j < after.Length && before[i] == after[j])
            {
                lines.Add((' ', before[i]));
                i++;
                j++;
            }
            else if (j == after.Length || (i < before.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add(('-', before[i++]));
            }
            else
            {
                lines.Add(('+', after[j++]));
            }
        }

        return lines;
    }
}
