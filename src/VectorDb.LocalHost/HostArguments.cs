using System.Globalization;
using System.Net;

namespace VectorDb.LocalHost;

/// <summary>What the command line says.</summary>
internal sealed record HostArguments
{
    public const string Usage =
        """
        The resident part of a local environment: gateway, queue and supervision of the active release.

        dotnet VectorDb.LocalHost.dll --home <folder> [options]

          --home <folder>      where state, data, logs and the control socket lie (required)
          --port <number>      of the gateway; 0 lets the system choose (default 8080)
          --bind <address>     the gateway listens on (default 127.0.0.1)
          --start <seconds>    a release may take to become healthy (default 60)
          --drain <seconds>    a request may take to finish when its release is retired (default 30)
          --standby <seconds>  the API and the dashboard of the release before stay ready for a rollback (default 3600; 0: not at all)
          --content <hash>     of these binaries, shown in the status (default: the name of their folder)
          --background         leave the terminal once the host listens
          --help               this text

        It is controlled through <home>/run/control.sock.
        """;

    private static readonly TimeSpan UsualStandby = TimeSpan.FromHours(1);

    public required string Home { get; init; }

    public int Port { get; init; } = 8080;

    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    public TimeSpan Start { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan Standby { get; init; } = UsualStandby;

    public string Content { get; init; } = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    public bool Background { get; init; }

    /// <exception cref="UsageException">An argument is unknown, missing or malformed.</exception>
    public static HostArguments Parse(IReadOnlyList<string> arguments)
    {
        var options = new HostArguments { Home = "" };
        for (var index = 0; index < arguments.Count; index++)
        {
            var (name, value) = arguments[index].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[index], null);
            string Value() => value ?? (++index < arguments.Count ? arguments[index] : throw new UsageException($"{name} needs a value."));
            options = name switch
            {
                "--home" => options with { Home = Path.GetFullPath(Value()) },
                "--port" => options with { Port = Number(name, Value(), 0, ushort.MaxValue) },
                "--bind" => options with { Bind = Address(Value()) },
                "--start" => options with { Start = TimeSpan.FromSeconds(Number(name, Value(), 1, 3600)) },
                "--drain" => options with { Drain = TimeSpan.FromSeconds(Number(name, Value(), 0, 3600)) },
                "--standby" => options with { Standby = TimeSpan.FromSeconds(Number(name, Value(), 0, 86_400)) },
                "--content" => options with { Content = Value() },
                "--background" when value is null => options with { Background = true },
                _ => throw new UsageException($"Unknown argument '{arguments[index]}'."),
            };
        }

        return options.Home.Length > 0 ? options : throw new UsageException("--home is required.");
    }

    /// <summary>The command line that <see cref="Parse"/> reads back, also that of a host from before an option that is not used.</summary>
    public IEnumerable<string> ToArguments() =>
    [
        "--home", Home, "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", Bind.ToString(),
        "--start", Seconds(Start), "--drain", Seconds(Drain), "--content", Content,
        .. Standby == UsualStandby ? [] : (string[])["--standby", Seconds(Standby)],
    ];

    private static string Seconds(TimeSpan time) => ((int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static int Number(string name, string text, int low, int high) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high
            ? number
            : throw new UsageException($"{name} takes a number from {low} to {high}, not '{text}'.");

    private static IPAddress Address(string text) =>
        IPAddress.TryParse(text, out var address) ? address : throw new UsageException($"--bind takes an IP address, not '{text}'.");
}

/// <summary>The command line cannot be understood.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The host cannot start, for a reason that a person can do something about.</summary>
internal sealed class StartupException(string message) : Exception(message);
