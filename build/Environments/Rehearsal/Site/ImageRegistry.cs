using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using VectorDb.Build.Images;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>
/// A real image registry behind the emulated ECR. It listens on the loopback, because engines take such a registry without TLS, and is
/// forwarded to from the site's address for the instances, which name it by the same loopback address.
/// </summary>
internal sealed class ImageRegistry : IAsyncDisposable
{
    private const string Program = "docker-registry";
    private const string User = "AWS";
    private const string BcryptAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private readonly DockerClient _docker;
    private readonly KeptProgram _program;
    private readonly PortForwarder _forwarder;
    private readonly ReservedPort _port;

    private ImageRegistry(DockerClient docker, KeptProgram program, PortForwarder forwarder, ReservedPort port, string password)
    {
        (_docker, _program, _forwarder, _port, Password) = (docker, program, forwarder, port, password);
    }

    public int Port => _port.Number;

    /// <summary>As it stands in the name of an image.</summary>
    public string Name => $"127.0.0.1:{Port}";

    /// <summary>What ECR hands out as the password of its user.</summary>
    public string Password { get; }

    public static MissingPart? Missing() => MissingPart.Without(Program, "Image registry");

    public static async Task<ImageRegistry> StartAsync(PartContext context, CancellationToken cancellation)
    {
        var folder = context.Folder("registry");
        var address = IPAddress.Parse(context.Address);
        var port = ReservedPort.Choose(address);
        try
        {
            return await StartAsync(context, folder, address, port, cancellation);
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    private static async Task<ImageRegistry> StartAsync(PartContext context, string folder, IPAddress address, ReservedPort port, CancellationToken cancellation)
    {
        var password = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var users = Path.Combine(folder, "users");
        await PrivateFolder.WriteAsync(users, $"{User}:{Bcrypt(password)}\n", cancellation);
        var configuration = Path.Combine(folder, "config.yml");
        await PrivateFolder.WriteAsync(
            configuration,
            $$"""
            version: 0.1
            log: { level: error, accesslog: { disabled: true } }
            storage:
              filesystem: { rootdirectory: {{Path.Combine(folder, "data")}} }
            http: { addr: 127.0.0.1:{{port.Number}} }
            auth:
              htpasswd: { realm: vectordb-rehearsal, path: {{users}} }

            """,
            cancellation);

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{password}")));
        var program = await context.KeepAsync(new Command(MissingPart.PathOf(Program)!, "serve", configuration), AnswersAsync, cancellation);
        try
        {
            var forwarder = new PortForwarder(new IPEndPoint(address, port.Number), new IPEndPoint(IPAddress.Loopback, port.Number));
            return new ImageRegistry(new DockerClient(context.Commands), program, forwarder, port, password);
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }

        async Task<bool> AnswersAsync(CancellationToken token)
        {
            try
            {
                using var answer = await http.GetAsync($"http://127.0.0.1:{port.Number}/v2/", token);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    /// <summary>Puts it behind the emulated ECR.</summary>
    public Task JoinAsync(EmulatedAws aws, CancellationToken cancellation) =>
        aws.ControlAsync(HttpMethod.Put, "registry", new { endpoint = $"http://{Name}", password = Password }, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _forwarder.DisposeAsync();
        await _program.DisposeAsync();
        await ForgetNamesAsync();
        _port.Dispose();
    }

    /// <summary>An engine keeps an image under each name that it was pushed by, and the next registry listens on another port.</summary>
    private async Task ForgetNamesAsync()
    {
        if (await _docker.EngineVersionAsync(CancellationToken.None) is not null)
        {
            foreach (var name in await _docker.NamesAsync(Name, CancellationToken.None))
            {
                await _docker.UntagAsync(name, CancellationToken.None);
            }
        }
    }

    /// <summary>The only hash that the registry takes. The password is random, so the lowest cost is enough, and every request pays it.</summary>
    private static string Bcrypt(string password)
    {
        var salt = RandomNumberGenerator.GetString(BcryptAlphabet, 21);
        return Marshal.PtrToStringUTF8(Crypt(password, $"$2b$04${salt}."))!;
    }

    [DllImport("libcrypt.so.1", EntryPoint = "crypt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Crypt([MarshalAs(UnmanagedType.LPUTF8Str)] string password, [MarshalAs(UnmanagedType.LPUTF8Str)] string salt);
}
