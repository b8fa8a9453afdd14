using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Writes what can be known about objects of the box as a document in a format that some part of the program knows
/// (<see cref="EdgeBox.AddFormat"/>). It must not block its thread, and looks at nothing but the descriptions.
/// </summary>
/// <param name="writer">Takes the document.</param>
/// <param name="objects">The objects to be described.</param>
public delegate void BoxDescriber(Utf8JsonWriter writer, IReadOnlyList<ObjectDescription> objects);
