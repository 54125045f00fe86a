using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace VectorDb.Core.Search;

/// <summary>
/// The memory of a segment in one piece that never moves, cut into parts that begin on a cache line. A search leaps in it from one promising
/// vector to the next; on Linux it lies in huge pages where it is large, for with small ones every leap also misses the TLB.
/// </summary>
internal sealed unsafe partial class Slab
{
    private const int CacheLine = 64;
    private const nuint HugePage = 2 * 1024 * 1024;
    private const int AdviseHugePages = 14;

    private readonly byte[] _bytes;
    private int _taken;

    /// <param name="size">The sum of <see cref="SizeOf{T}"/> of its parts.</param>
    public Slab(int size)
    {
        _bytes = GC.AllocateUninitializedArray<byte>(size + CacheLine, pinned: true);
        var start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes));
        _taken = (int)(Next(start, CacheLine) - start);
        var (first, end) = (Next(start, HugePage), (start + (nuint)_bytes.Length) / HugePage * HugePage);
        if (OperatingSystem.IsLinux() && first < end)
        {
            // Only advice: what the kernel makes of it changes nothing but the speed.
            _ = Advise(first, end - first, AdviseHugePages);
        }
    }

    public static int SizeOf<T>(int length)
        where T : unmanaged => (int)Next((nuint)(length * sizeof(T)), CacheLine);

    /// <summary>The next part, with anything in it.</summary>
    public Part<T> Take<T>(int length)
        where T : unmanaged
    {
        var part = new Part<T>(_bytes, _taken, length);
        _taken += SizeOf<T>(length);
        return part;
    }

    /// <summary>Starts to bring a span of a slab into the cache.</summary>
    public static void Prefetch<T>(ReadOnlySpan<T> span)
        where T : unmanaged
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        var start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));
        for (var end = start + (span.Length * sizeof(T)); start < end; start += CacheLine)
        {
            Sse.Prefetch0(start);
        }
    }

    private static nuint Next(nuint place, nuint boundary) => (place + boundary - 1) / boundary * boundary;

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint address, nuint length, int advice);

    /// <summary>Some of a slab's memory, as an array of numbers.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal readonly struct Part<T>(byte[] bytes, int offset, int length)
        where T : unmanaged
    {
        public Span<T> Slice(int start, int count) =>
            MemoryMarshal.Cast<byte, T>(bytes.AsSpan(offset, length * sizeof(T))).Slice(start, count);
    }
}
