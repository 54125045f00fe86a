using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace VectorDb.Core.Search;

/// <summary>Large arrays that never move, read in leaps as a search goes from one promising vector to the next.</summary>
internal static unsafe partial class PinnedMemory
{
    private const nuint HugePage = 2 * 1024 * 1024;
    private const int AdviseHugePages = 14;
    private const int CacheLine = 64;

    /// <summary>An array with anything in it. On Linux in huge pages where it is large, for with small ones every leap also misses the TLB.</summary>
    public static T[] Allocate<T>(int length)
        where T : unmanaged
    {
        var array = GC.AllocateUninitializedArray<T>(length, pinned: true);
        if (OperatingSystem.IsLinux())
        {
            var start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
            var first = (start + HugePage - 1) / HugePage * HugePage;
            var end = (start + ((nuint)length * (nuint)sizeof(T))) / HugePage * HugePage;
            if (first < end)
            {
                // Only advice: what the kernel makes of it changes nothing but the speed.
                _ = Advise(first, end - first, AdviseHugePages);
            }
        }

        return array;
    }

    /// <summary>Starts to bring a part of such an array into the cache.</summary>
    public static void Prefetch<T>(ReadOnlySpan<T> part)
        where T : unmanaged
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        var start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(part));
        for (var end = start + (part.Length * sizeof(T)); start < end; start += CacheLine)
        {
            Sse.Prefetch0(start);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint address, nuint length, int advice);
}
