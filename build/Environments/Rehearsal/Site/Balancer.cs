using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <param name="Requests">Answered by the balancer over HTTPS.</param>
/// <param name="UpstreamFailures">Of them those that a target broke off, refused or did not answer.</param>
/// <param name="WithoutTarget">Of them those that there was no target for.</param>
internal sealed record BalancerCounters(long Requests, long UpstreamFailures, long WithoutTarget);

/// <summary>
/// A real nginx in the place of the load balancer: ends TLS for the domain, redirects plain HTTP, and sends each request to a target that
/// its probes find healthy. As with an Application Load Balancer, a request that a target fails is not tried on another one.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    public const int Port = 443;

    private const string Program = "nginx";
    private const string Name = "Load balancer (nginx)";
    private const char Separator = '\t';

    private readonly TargetChooser _chooser;
    private readonly TargetPool _pool;
    private readonly string _log;
    private KeptProgram? _program;

    private Balancer(string folder)
    {
        (_pool, _log) = (new TargetPool(), Path.Combine(folder, "access.log"));
        _chooser = new TargetChooser(Path.Combine(folder, "chooser.sock"), _pool);
    }

    public static MissingPart? Missing() => MissingPart.Without(Program, Name) ?? MissingPart.WithoutRoot(Name, $"port {Port} is for root alone");

    public static async Task<Balancer> StartAsync(PartContext context, string domain, CancellationToken cancellation)
    {
        var folder = context.Folder("balancer");
        var issued = context.Authority.Issue([domain]);
        await PrivateFolder.WriteAsync(Path.Combine(folder, "server.pem"), issued.Pem, cancellation);
        await PrivateFolder.WriteAsync(Path.Combine(folder, "server.key"), issued.KeyPem, cancellation);
        var configuration = Path.Combine(folder, "nginx.conf");
        await PrivateFolder.WriteAsync(configuration, Configuration(folder, context.Address), cancellation);

        var balancer = new Balancer(folder);
        try
        {
            balancer._program = await context.KeepAsync(
                new Command(MissingPart.PathOf(Program)!, "-p", folder, "-c", configuration, "-e", "stderr", "-g", "daemon off;"),
                token => context.ListensAsync(Port, token),
                cancellation);
            return balancer;
        }
        catch
        {
            await balancer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Probes the targets of the emulated group, and sends requests to those that are well.</summary>
    public TargetProbes Probe(EmulatedAws aws, Action<string> problem, TimeProvider time) => new(_pool, aws, problem, time);

    /// <summary>What it has done so far.</summary>
    public async Task<BalancerCounters> CountAsync(CancellationToken cancellation)
    {
        var counters = new BalancerCounters(0, 0, 0);
        await using var log = new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(log);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            var fields = line.Split(Separator);
            var (upstream, answered, abandoned) = (fields[1] != "-", fields[2] != "-", fields[0] == "499");
            counters = new BalancerCounters(
                counters.Requests + 1,
                counters.UpstreamFailures + (upstream && !answered && !abandoned ? 1 : 0),
                counters.WithoutTarget + (!upstream && fields[0] == "503" ? 1 : 0));
        }

        return counters;
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }

        await _chooser.DisposeAsync();
    }

    private static string Configuration(string folder, string address) => $$"""
        worker_processes 2;
        user root;
        pid {{folder}}/nginx.pid;
        error_log stderr crit;
        events { worker_connections 4096; }

        http {
            server_tokens off;
            log_format counted '$status{{Separator}}$upstream_addr{{Separator}}$upstream_header_time';
            access_log off;
            client_body_temp_path {{folder}}/body;
            proxy_temp_path {{folder}}/proxy;
            fastcgi_temp_path {{folder}}/fastcgi;
            uwsgi_temp_path {{folder}}/uwsgi;
            scgi_temp_path {{folder}}/scgi;
            client_max_body_size 0;
            large_client_header_buffers 4 16k;
            # The idle timeout of the load balancer.
            keepalive_timeout 60s;

            upstream chooser {
                server unix:{{folder}}/chooser.sock;
                keepalive 32;
            }

            server {
                listen {{address}}:80;
                return 301 https://$host:{{Port}}$request_uri;
            }

            server {
                listen {{address}}:{{Port}} ssl http2;
                ssl_certificate {{folder}}/server.pem;
                ssl_certificate_key {{folder}}/server.key;
                ssl_protocols TLSv1.2 TLSv1.3;
                access_log {{folder}}/access.log counted;

                location / {
                    auth_request /.balancer/target;
                    auth_request_set $target $upstream_http_x_target;
                    error_page 403 = @none;
                    proxy_pass http://$target;
                    proxy_next_upstream off;
                    proxy_http_version 1.1;
                    proxy_request_buffering off;
                    proxy_buffering off;
                    proxy_connect_timeout 10s;
                    proxy_read_timeout 60s;
                    proxy_send_timeout 60s;
                    proxy_set_header Host $host;
                    proxy_set_header Connection "";
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                    proxy_set_header X-Forwarded-Proto https;
                    proxy_set_header X-Forwarded-Port {{Port}};
                }

                location = /.balancer/target {
                    internal;
                    proxy_pass http://chooser;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header Content-Length "";
                    proxy_pass_request_headers off;
                    proxy_pass_request_body off;
                }

                location @none {
                    return 503;
                }
            }
        }

        """;
}
