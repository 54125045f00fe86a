using System.Collections.Concurrent;

namespace VectorDb.LocalHost.Supervision;

/// <summary>One rotating file a service, shared by all releases.</summary>
internal sealed class ServiceLogs(string folder)
{
    private readonly ConcurrentDictionary<string, RotatingLog> _files = new(StringComparer.Ordinal);

    public RotatingLog this[string service] => _files.GetOrAdd(service, static (name, folder) => new RotatingLog(Path.Combine(folder, name + ".log")), folder);
}
