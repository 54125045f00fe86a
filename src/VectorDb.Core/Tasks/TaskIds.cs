namespace VectorDb.Core.Tasks;

public static class TaskIds
{
    /// <summary>32 hex digits that sort by the time they were made.</summary>
    public static string New(TimeProvider time) => Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
}
