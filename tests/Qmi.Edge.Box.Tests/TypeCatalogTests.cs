using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

public class TypeCatalogTests
{
    [Fact]
    public void A_type_is_found_by_its_name()
    {
        var types = new TypeCatalog().Add(Follower.EdgeType).Add(Pump.EdgeType);

        Assert.Same(Follower.EdgeType, types.Find("follower"));
        Assert.Same(Pump.EdgeType, types.Find("pump"));
        Assert.Null(types.Find("Follower"));
        Assert.Equal(["follower", "pump"], types.Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Two_classes_of_one_name_are_told_apart_by_the_error_and_its_remedy()
    {
        var types = new TypeCatalog().Add(Pump.EdgeType);
        var other = new InstrumentType { TypeName = "pump", ClassName = "Lab.Pump", Create = Pump.EdgeType.Create, CreateProxy = Pump.EdgeType.CreateProxy };

        var error = Assert.Throws<ArgumentException>(() => types.Add(other));

        Assert.StartsWith("Both Qmi.Edge.Box.Tests.Pump and Lab.Pump are named \"pump\": give one of them another [TypeName].", error.Message);
    }
}
