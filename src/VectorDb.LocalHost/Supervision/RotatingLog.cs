using System.ComponentModel;
using System.Text;
using VectorDb.LocalHost.Platform;

namespace VectorDb.LocalHost.Supervision;

/// <summary>
/// A log file that never grows past a size, with a bounded number of older ones: <c>api.log</c>, <c>api.log.1</c>, ... During an
/// upgrade two hosts write it: it is opened for each line, so that neither goes on in a file that the other has rotated.
/// </summary>
internal sealed class RotatingLog(string path, long maximumBytes = 10 << 20, int olderFiles = 4)
{
    private readonly Lock _gate = new();

    /// <summary>Never throws, so that whoever prints goes on: a line that finds no room is lost, and the next one tries again.</summary>
    public void Append(string line)
    {
        lock (_gate)
        {
            try
            {
                Write(Encoding.UTF8.GetBytes(line + "\n"));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Win32Exception)
            {
                // Lost.
            }
        }
    }

    private void Write(byte[] line)
    {
        if (IsFull(line))
        {
            Rotate(line);
        }

        // Unbuffered: what a process said last is on file even when this one is killed.
        using var file = Posix.OpenToAppend(path);
        var end = RandomAccess.GetLength(file);
        try
        {
            RandomAccess.Write(file, line, end);
        }
        catch (IOException)
        {
            // Half of it may have found room: the next line would go on in the middle of this one.
            RandomAccess.SetLength(file, end);
            throw;
        }
    }

    private bool IsFull(byte[] line) => new FileInfo(path) is { Exists: true, Length: > 0 and var length } && length + line.Length > maximumBytes;

    private void Rotate(byte[] line)
    {
        // Not the file: who waited for that would hold one that has been rotated meanwhile.
        using var folder = Posix.LockFolder(Path.GetDirectoryName(path)!);
        if (!IsFull(line))
        {
            // The other host was faster.
            return;
        }

        for (var age = olderFiles; age >= 1; age--)
        {
            var younger = age == 1 ? path : $"{path}.{age - 1}";
            if (File.Exists(younger))
            {
                File.Move(younger, $"{path}.{age}", overwrite: true);
            }
        }
    }
}
