using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Access rules as the file of mosquitto's dynamic-security plugin. Since the plugin knows the current user only from mosquitto 2.1.0, each
/// has a role of its own. There are no passwords in it but those of the file that it is laid over.
/// </summary>
public static class DynsecFile
{
    // What begins so is ours: it is replaced, and what is no longer in the plan disappears.
    private const string Ours = "qmi-";
    private const string Everybody = Ours + "everybody";
    private const string Boxes = Ours + "boxes";

    private static readonly string[] Groups = [Ours + "observers", Ours + "operators", Ours + "admins"];

    /// <summary>Writes the rules of a plan.</summary>
    /// <param name="utf8">Where to.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="existing">The plugin's file so far: whatever it has that is not of this kind stays, and so do passwords. Undefined = there is none.</param>
    public static void Write(Stream utf8, AccessPlan plan, JsonElement existing = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var rules = new AccessRules(plan.Prefix, plan.HomeAssistant);
        var members = GetMembers(plan, rules);
        var kept = new DynsecExisting(existing);
        using var writer = new Utf8JsonWriter(utf8, JsonStyle.Writing with { Indented = true });
        writer.WriteStartObject();
        WriteDefaults(writer);
        WriteClients(writer, members, kept);
        WriteGroups(writer, members, kept);
        WriteRoles(writer, plan, rules, members, kept);
        writer.WriteEndObject();
    }

    private static List<Member> GetMembers(AccessPlan plan, AccessRules rules) =>
    [
        .. plan.Boxes.Distinct().Select(box => new Member(box, Boxes, [.. rules.Own(box), .. rules.Box(box)])),
        .. plan.Users.GroupBy(user => user.Name).Select(user =>
            new Member(user.Key, Groups[(int)user.Max(role => role.Role)], [.. rules.Own(user.Key), .. user.SelectMany(rules.Role).Distinct()])),
    ];

    // Everybody may subscribe, as with an acl_file: what is delivered is decided message by message. The plugin takes a shared subscription for
    // a filter of its own.
    private static IEnumerable<string> GetSubscriptions(AccessPlan plan, AccessRules rules)
    {
        yield return $"{plan.Prefix}/{Topics.Version}/#";
        foreach (var filter in rules.Shareable())
            yield return $"$share/+/{filter}";
        if (plan.HomeAssistant is { } homeAssistant)
            yield return homeAssistant + "/#";
    }

    private static void WriteDefaults(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("defaultACLAccess"u8);
        writer.WriteBoolean("publishClientSend"u8, false);
        writer.WriteBoolean("publishClientReceive"u8, false);
        writer.WriteBoolean("subscribe"u8, false);
        writer.WriteBoolean("unsubscribe"u8, true);
        writer.WriteEndObject();
    }

    private static void WriteClients(Utf8JsonWriter writer, List<Member> members, DynsecExisting kept)
    {
        writer.WriteStartArray("clients"u8);
        kept.WriteOthers(writer, "clients", client => !members.Exists(member => member.Name == client) && !kept.IsMember(client, Ours), "username");
        foreach (var member in members)
        {
            writer.WriteStartObject();
            writer.WriteString("username"u8, member.Name);
            kept.WriteCredentials(writer, member.Name);
            WriteNames(writer, "roles", "rolename", [member.Role]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteGroups(Utf8JsonWriter writer, List<Member> members, DynsecExisting kept)
    {
        writer.WriteStartArray("groups"u8);
        kept.WriteOthers(writer, "groups", IsNotOurs, "groupname");
        foreach (var group in Groups.Prepend(Boxes))
        {
            writer.WriteStartObject();
            writer.WriteString("groupname"u8, group);
            WriteNames(writer, "roles", "rolename", [Everybody]);
            WriteNames(writer, "clients", "username", members.Where(member => member.Group == group).Select(member => member.Name));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteRoles(Utf8JsonWriter writer, AccessPlan plan, AccessRules rules, List<Member> members, DynsecExisting kept)
    {
        writer.WriteStartArray("roles"u8);
        kept.WriteOthers(writer, "roles", IsNotOurs, "rolename");
        WriteRole(writer, Everybody, rules.Everybody(), GetSubscriptions(plan, rules));
        foreach (var member in members)
            WriteRole(writer, member.Role, member.Rules, []);
        writer.WriteEndArray();
    }

    private static void WriteRole(Utf8JsonWriter writer, string name, IEnumerable<AccessRule> rules, IEnumerable<string> subscriptions)
    {
        writer.WriteStartObject();
        writer.WriteString("rolename"u8, name);
        writer.WriteStartArray("acls"u8);
        foreach (var filter in subscriptions)
            WriteAcl(writer, "subscribePattern"u8, filter);
        foreach (var rule in rules)
        {
            if (rule.Access != TopicAccess.Write)
                WriteAcl(writer, "publishClientReceive"u8, rule.Filter);
            if (rule.Access != TopicAccess.Read)
                WriteAcl(writer, "publishClientSend"u8, rule.Filter);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteAcl(Utf8JsonWriter writer, ReadOnlySpan<byte> type, string filter)
    {
        writer.WriteStartObject();
        writer.WriteString("acltype"u8, type);
        writer.WriteString("topic"u8, filter);
        writer.WriteBoolean("allow"u8, true);
        writer.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter writer, string list, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(list);
        foreach (var value in values)
        {
            writer.WriteStartObject();
            writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static bool IsNotOurs(string name) => !name.StartsWith(Ours, StringComparison.Ordinal);

    private sealed record Member(string Name, string Group, IReadOnlyList<AccessRule> Rules)
    {
        // Somebody may be named everybody.
        public string Role => $"{Ours}of-{Name}";
    }
}
