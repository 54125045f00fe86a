using System.Reflection;
using VectorDb.Core.Stores;

namespace VectorDb.Core.Tests.Ingest;

/// <summary>A store that does something once more when it has written, before the writer hears of it.</summary>
public class WrittenStore : DispatchProxy
{
    private IVectorStore? _store;
    private Func<Task> _then = static () => Task.CompletedTask;

    public static IVectorStore Around(IVectorStore store, Func<Task> then)
    {
        var proxy = Create<IVectorStore, WrittenStore>();
        ((WrittenStore)(object)proxy)._store = store;
        ((WrittenStore)(object)proxy)._then = then;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = targetMethod!.Invoke(_store, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
        return targetMethod.Name == nameof(IVectorStore.UpsertAsync) ? AfterAsync((Task)result!) : result;
    }

    private async Task AfterAsync(Task write)
    {
        await write;
        await _then();
    }
}
