using System.Globalization;
using System.Text;
using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Environments.Local;

/// <summary>Where the host listened last: stopped or killed, it comes back there unless another port is asked for.</summary>
internal sealed class LastPort(LocalHome home)
{
    public const int Default = 8080;

    private readonly string _path = Path.Combine(home.Environment, "port");

    public async Task<int> ReadAsync(CancellationToken cancellationToken) =>
        await DurableFile.ReadAsync(_path, cancellationToken) is { } text && int.TryParse(Encoding.UTF8.GetString(text), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : Default;

    public Task WriteAsync(int port, CancellationToken cancellationToken) =>
        DurableFile.WriteAsync(_path, Encoding.UTF8.GetBytes(port.ToString(CultureInfo.InvariantCulture)), cancellationToken);
}
