using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Access rules as mosquitto's <c>acl_file</c>.</summary>
public static class MosquittoAclFile
{
    private const string CurrentUser = "%u";

    /// <summary>Writes the rules of a plan.</summary>
    public static string Write(AccessPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var rules = new AccessRules(plan.Prefix, plan.HomeAssistant);
        var text = new StringBuilder();
        text.Append("# Made by qmi-edge acl: make it again rather than change it, then send mosquitto a SIGHUP.\n");
        text.Append("# It needs allow_anonymous false, and names of boxes and users that differ.\n");
        text.Append("\n# Everybody whom the broker lets in\n");
        foreach (var rule in rules.Everybody().Concat(rules.Own(CurrentUser)))
            Append(text, "pattern", rule);
        foreach (var box in plan.Boxes.Distinct())
            AppendUser(text, "box", box, rules.Box(box));
        foreach (var user in plan.Users.GroupBy(user => user.Name))
            AppendUser(text, Describe(user), user.Key, user.SelectMany(rules.Role));
        return text.ToString();
    }

    private static string Describe(IEnumerable<UserRole> roles) =>
        string.Join(", ", roles.Distinct().Select(role => RoleName.Of(role.Role) + (role.Box is { } box ? $" of {box}" : "")));

    private static void AppendUser(StringBuilder text, string description, string name, IEnumerable<AccessRule> rules)
    {
        text.Append($"\n# {name}: {description}\nuser {name}\n");
        foreach (var rule in rules.Distinct())
            Append(text, "topic", rule);
    }

    private static void Append(StringBuilder text, string keyword, AccessRule rule) =>
        text.Append($"{keyword} {rule.Access switch { TopicAccess.Read => "read", TopicAccess.Write => "write", _ => "readwrite" }} {rule.Filter}\n");
}
