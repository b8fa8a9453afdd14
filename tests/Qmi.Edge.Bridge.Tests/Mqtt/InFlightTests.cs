namespace Qmi.Edge.Bridge.Tests;

public sealed class InFlightTests
{
    [Fact]
    public void Answers_find_their_publication_in_any_order()
    {
        var inFlight = new InFlight(4);
        inFlight.Add(10, 1, 0);
        inFlight.Add(11, 2, 0);
        inFlight.Add(7, 3, 0);
        inFlight.Add(65535, 4, 0);

        Assert.True(inFlight.Contains(7));
        Assert.True(inFlight.TryRemove(11, out var token));
        Assert.Equal(2, token);
        Assert.False(inFlight.TryRemove(11, out _));
        Assert.True(inFlight.TryRemove(65535, out token));
        Assert.Equal(4, token);
        Assert.True(inFlight.TryRemoveOldest(out token));
        Assert.Equal(1, token);
        Assert.True(inFlight.TryRemoveOldest(out token));
        Assert.Equal(3, token);
        Assert.False(inFlight.TryRemoveOldest(out _));
        Assert.False(inFlight.Contains(7));
    }
}
