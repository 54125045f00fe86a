using System.Runtime.InteropServices;

namespace VectorDb.FakeService;

/// <summary>What a resident host starts as the next one: it says the words of a handover and does nothing. Files beside it tell how far it is.</summary>
internal static class FakeSuccessor
{
    public static bool IsWanted => Environment.GetEnvironmentVariable("VECTORDB_HOST_INHERITS") is not null;

    public static async Task<int> PlayAsync()
    {
        var told = new TaskCompletionSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            told.TrySetResult();
        });
        Console.WriteLine("loaded");
        Console.ReadLine();
        Console.WriteLine("ready");
        Console.ReadLine();
        Note("accepted");
        while (!File.Exists(Beside("go")))
        {
            if (File.Exists(Beside("fail")))
            {
                return 1;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }

        Console.WriteLine("accepting");
        var end = Console.In.ReadToEndAsync();
        await Task.WhenAny(told.Task, end);
        Note(told.Task.IsCompleted ? "told to stop" : "left alone");
        await end;
        return 0;
    }

    private static string Beside(string name) => Path.Combine(AppContext.BaseDirectory, name);

    private static void Note(string name) => File.WriteAllText(Beside(name), "");
}
