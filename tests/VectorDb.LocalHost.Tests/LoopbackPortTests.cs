using System.Net;
using System.Net.Sockets;
using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Tests;

public sealed class LoopbackPortTests
{
    [Fact]
    public void A_port_is_given_to_one_service_even_before_that_serves_on_it()
    {
        using var port = LoopbackPort.Reserve();
        Assert.Null(LoopbackPort.TryReserve(port.Number));
        Assert.True(port.IsFree);

        port.Dispose();
        using var next = LoopbackPort.TryReserve(port.Number);
        Assert.NotNull(next);
    }

    [Fact]
    public void A_port_that_another_program_serves_on_is_not_given()
    {
        using var port = LoopbackPort.Reserve();
        using var listener = new TcpListener(IPAddress.Loopback, port.Number);
        listener.Start();
        Assert.False(port.IsFree);

        port.Dispose();
        Assert.Null(LoopbackPort.TryReserve(port.Number));
    }
}
