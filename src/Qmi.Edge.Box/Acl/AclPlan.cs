using System.Text.RegularExpressions;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Puts together who is who from the command line and from configurations.</summary>
internal static class AclPlan
{
    private const string UsualPrefix = "qmi";

    /// <summary>The plan; of no use when there are mistakes.</summary>
    /// <exception cref="ConfigurationException">A configuration is wrong.</exception>
    public static AccessPlan Create(AclRequest request, List<string> mistakes)
    {
        var configured = request.Files.Select(BoxAccess.Read).ToList();
        string[] boxes = [.. request.Boxes.SelectMany(Split).Concat(configured.Select(box => box.Box)).Distinct()];
        var plan = new AccessPlan
        {
            Prefix = FindPrefix(request.Prefix, configured, mistakes),
            Boxes = boxes,
            Users = [.. ReadUsers(request.Users.SelectMany(Split), mistakes), .. RolesOf(configured, boxes.Length)],
            HomeAssistant = request.HomeAssistant ?? configured.Select(box => box.HomeAssistant).FirstOrDefault(found => found is not null),
        };
        CheckLevels("--prefix", request.Prefix, mistakes);
        CheckLevels("--home-assistant", request.HomeAssistant, mistakes);
        mistakes.AddRange(plan.FindMistakes().Select(mistake => plan.Boxes.Count == 0 ? $"{mistake} Say --boxes box07,box08, or give their configurations." : mistake));
        return plan;
    }

    private static IEnumerable<string> Split(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static List<UserRole> ReadUsers(IEnumerable<string> users, List<string> mistakes)
    {
        var read = new List<UserRole>();
        foreach (var user in users)
        {
            var (name, role) = user.LastIndexOf('=') is >= 0 and var equals ? (user[..equals], user[(equals + 1)..]) : (user, "");
            if (role.Length == 0)
                mistakes.Add($"\"{user}\" has no role: write {name}={string.Join($", {name}=", RoleName.All)}.");
            else if (RoleName.Find(role) is not { } found)
                mistakes.Add($"\"{role}\" of {name} is no role{NearestName.Hint(role, RoleName.All)}: the roles are {string.Join(", ", RoleName.All)}.");
            else if (read.Find(other => other.Name == name) is not { } other)
                read.Add(new UserRole(name, found));
            else if (other.Role != found)
                mistakes.Add($"{name} is given as {RoleName.Of(other.Role)} and as {role}: keep one of them.");
        }

        return read;
    }

    // Who may do the same with all boxes is said in fewer lines.
    private static IEnumerable<UserRole> RolesOf(List<BoxAccess> configured, int boxes) => configured
        .SelectMany(box => box.Roles.Select(role => new UserRole(role.Key, role.Value, box.Box)))
        .Distinct()
        .GroupBy(user => user.Name)
        .SelectMany(user => user.Count() == boxes && user.DistinctBy(role => role.Role).Count() == 1 ? [user.First() with { Box = null }] : user.AsEnumerable());

    private static string FindPrefix(string? asked, List<BoxAccess> configured, List<string> mistakes)
    {
        var prefix = asked ?? configured.FirstOrDefault()?.Prefix ?? UsualPrefix;
        if (configured.Find(box => box.Prefix != prefix) is { } other)
            mistakes.Add($"{(asked is null ? configured[0].File : "--prefix")} says that topics begin with \"{prefix}\", and {other.File} says \"{other.Prefix}\": make rules for each by itself.");
        return prefix;
    }

    private static void CheckLevels(string option, string? levels, List<string> mistakes)
    {
        if (levels is not null && !Regex.IsMatch(levels, ConfigurationSchema.PrefixPattern))
            mistakes.Add($"{option} is \"{levels}\": use letters, digits, '_' and '-', with '/' between levels.");
    }
}
