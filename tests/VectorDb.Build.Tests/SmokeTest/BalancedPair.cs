using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Tests.SmokeTest;

/// <summary>An instance behind a <see cref="BalancedPair"/>.</summary>
internal sealed record PairInstance(string Id, string Release, string Digest);

/// <summary>A load balancer on two ports, plain and with a certificate, and the instances that answer behind it in turn.</summary>
internal sealed class BalancedPair : IAsyncDisposable, ISmokeNetwork
{
    public const string Release = "000000000001";
    public static readonly string Digest = $"sha256:{new string('a', 64)}";

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;
    private readonly X509Certificate2 _authority;
    private int _turn;

    private BalancedPair()
    {
        var certificates = TestCertificates.Make(_folder.Path);
        _authority = X509CertificateLoader.LoadCertificateFromFile(certificates.Authority);
        using var pem = X509Certificate2.CreateFromPemFile(certificates.Certificate, certificates.Key);
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate));
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public IReadOnlyList<PairInstance> Instances { get; set; } = [new("i-1", Release, Digest), new("i-2", Release, Digest)];

    /// <summary>What plain HTTP answers: status and Location.</summary>
    public (int Status, string? Location) Plain { get; set; } = (301, "https://localhost:443/api/v1/health");

    public HashSet<string> Headers { get; } = ["Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"];

    public bool IsSilent { get; set; }

    public int HttpsPort => new Uri(_app.Urls.Last()).Port;

    public static async Task<BalancedPair> StartAsync()
    {
        var pair = new BalancedPair();
        await pair._app.StartAsync(TestContext.Current.CancellationToken);
        return pair;
    }

    /// <summary>Takes ports 80 and 443 to the ones that listen here, and trusts the test's authority.</summary>
    public HttpMessageHandler Open(SmokeTarget target) => new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { _authority }, RevocationMode = X509RevocationMode.NoCheck },
        },
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            var listening = _app.Urls.Select(static url => new Uri(url).Port).ToList();
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port == 80 ? listening[0] : listening[1], cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (IsSilent)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }

        if (!context.Request.IsHttps)
        {
            context.Response.StatusCode = Plain.Status;
            context.Response.Headers.Location = Plain.Location;
            return;
        }

        foreach (var header in Headers)
        {
            context.Response.Headers[header] = "given";
        }

        var instance = Instances[_turn++ % Instances.Count];
        await context.Response.WriteAsJsonAsync(new { status = "ok", release = instance.Release, imageDigest = instance.Digest, instance = instance.Id }, context.RequestAborted);
    }
}
