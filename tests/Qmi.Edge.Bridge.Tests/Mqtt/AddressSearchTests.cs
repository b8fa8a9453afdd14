namespace Qmi.Edge.Bridge.Tests;

public sealed class AddressSearchTests
{
    [Fact]
    public void A_name_is_tried_as_the_system_lists_it_then_by_ipv4_then_by_ipv6()
    {
        var search = new AddressSearch("localhost");
        Assert.Equal(AddressFamilyChoice.Any, search.Family);
        Assert.True(search.TryNext(domain: null));
        Assert.Equal(AddressFamilyChoice.Inet, search.Family);
        Assert.True(search.TryNext(domain: null));
        Assert.Equal(AddressFamilyChoice.Inet6, search.Family);
        Assert.False(search.TryNext(domain: null));
        Assert.Equal(AddressFamilyChoice.Any, search.Family);
    }

    [Theory]
    [InlineData(Libc.FamilyInet, AddressFamilyChoice.Inet6)]
    [InlineData(Libc.FamilyInet6, AddressFamilyChoice.Inet)]
    internal void A_family_that_is_known_to_have_failed_is_not_tried_twice(int domain, AddressFamilyChoice next)
    {
        var search = new AddressSearch("broker.example");
        Assert.True(search.TryNext(domain));
        Assert.Equal(next, search.Family);
        Assert.False(search.TryNext(domain: null));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void An_address_has_no_other(string host) => Assert.False(new AddressSearch(host).TryNext(domain: null));

    [Fact]
    public void Where_a_broker_was_found_the_next_search_begins()
    {
        var search = new AddressSearch("localhost");
        search.TryNext(domain: null);
        search.Found();
        Assert.Equal(AddressFamilyChoice.Inet, search.Family);
        Assert.True(search.TryNext(domain: null));
        Assert.Equal(AddressFamilyChoice.Inet6, search.Family);
        Assert.False(search.TryNext(domain: null));
    }
}
