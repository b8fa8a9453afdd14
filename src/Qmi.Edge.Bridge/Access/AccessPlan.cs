using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The boxes and people of one broker, and what each of them may do.</summary>
public sealed record AccessPlan
{
    /// <summary>First level of every topic, as in <see cref="BridgeOptions.Prefix"/>.</summary>
    public string Prefix { get; init; } = "qmi";

    /// <summary>The names of the boxes; each is its user name at the broker, too.</summary>
    public IReadOnlyList<string> Boxes { get; init; } = [];

    /// <summary>What people and programs may do. Several roles of one user add up.</summary>
    public IReadOnlyList<UserRole> Users { get; init; } = [];

    /// <summary>First level of Home Assistant's discovery topics; null = the boxes are not shown there.</summary>
    public string? HomeAssistant { get; init; }

    /// <summary>Everything that is wrong with the names, one sentence each; empty when nothing is.</summary>
    public IReadOnlyList<string> FindMistakes()
    {
        var mistakes = new List<string>();
        if (Boxes.Count == 0)
            mistakes.Add("No box is named: rules are made for at least one.");
        mistakes.AddRange(Boxes.Distinct().Where(box => !ObjectName.IsValid(box)).Select(CallerName.NoBox));
        foreach (var user in Users.Select(user => user.Name).Distinct())
        {
            if (Boxes.Contains(user))
                mistakes.Add(CallerName.IsBox(user));
            else if (CallerName.FindMistake(user) is { } mistake)
                mistakes.Add(mistake);
        }

        return mistakes;
    }
}

/// <summary>What a user may do.</summary>
/// <param name="Name">The user's name at the broker, and so its name as a caller.</param>
/// <param name="Role">The most it may do.</param>
/// <param name="Box">With which box; null = with all.</param>
public sealed record UserRole(string Name, RpcAccess Role, string? Box = null);
