using System.Text;

namespace VectorDb.LocalHost.Supervision;

/// <summary>A log file that never grows past a size, with a bounded number of older ones: <c>api.log</c>, <c>api.log.1</c>, ...</summary>
internal sealed class RotatingLog(string path, long maximumBytes = 10 << 20, int olderFiles = 4) : IDisposable
{
    private readonly Lock _gate = new();
    private FileStream? _stream;

    public void Append(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (_gate)
        {
            _stream ??= Open();
            if (_stream.Length > 0 && _stream.Length + bytes.Length > maximumBytes)
            {
                _stream.Dispose();
                Rotate();
                _stream = Open();
            }

            _stream.Write(bytes);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stream?.Dispose();
            _stream = null;
        }
    }

    // Unbuffered: what a process said last is on file even when this one is killed.
    private FileStream Open() => new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

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
