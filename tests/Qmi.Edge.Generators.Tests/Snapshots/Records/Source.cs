using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Runtime;

namespace Cryo.Data;

/// <summary>A run of measurements.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Repeat">How often.</param>
/// <param name="Note">Anything.</param>
[JsonRecord]
public sealed record Run([StringLength(32, MinimumLength = 1)] string Name, int Repeat = 1, string? Note = null)
{
    public required ImmutableArray<Action> Steps { get; init; }

    [Secret, RegularExpression("[A-Z]{4}")]
    public string Key { get; init; } = "ABCD";

    [MaxLength(4)]
    public IReadOnlyList<double?> Limits { get; init; } = [];

    public Dictionary<string, TimeSpan> Delays { get; init; } = [];
}

/// <summary>What is done.</summary>
public enum Action
{
    HeatUp,
    CoolDown,
}

[JsonRecord]
internal readonly record struct Step(Action Action, [property: Unit("K")] double Target, DateTimeOffset? Not_Before = null);
