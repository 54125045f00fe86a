using System.Text;

namespace VectorDb.LocalHost.Supervision;

/// <summary>A log file that never grows past a size, with a bounded number of older ones: <c>api.log</c>, <c>api.log.1</c>, ...</summary>
internal sealed class RotatingLog(string path, long maximumBytes = 10 << 20, int olderFiles = 4) : IDisposable
{
    private readonly Lock _gate = new();
    private FileStream? _stream;

    /// <summary>Never throws, so that whoever prints goes on: a line that finds no room is lost, and the next one tries again.</summary>
    public void Append(string line)
    {
        lock (_gate)
        {
            try
            {
                Write(Encoding.UTF8.GetBytes(line + "\n"));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Close();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            Close();
        }
    }

    private void Write(byte[] line)
    {
        _stream ??= Open();
        if (_stream.Length > 0 && _stream.Length + line.Length > maximumBytes)
        {
            Close();
            Rotate();
            _stream = Open();
        }

        var end = _stream.Length;
        try
        {
            _stream.Write(line);
        }
        catch (IOException)
        {
            // Half of it may have found room: the next line would go on in the middle of this one.
            _stream.SetLength(end);
            throw;
        }
    }

    // Unbuffered: what a process said last is on file even when this one is killed.
    private FileStream Open() => new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private void Rotate()
    {
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
