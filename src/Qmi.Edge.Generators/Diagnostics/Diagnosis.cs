using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>A mistake that was found, in a form that can be compared.</summary>
/// <param name="Id">Its number, for example <c>QMIE0001</c>.</param>
/// <param name="Place">Where.</param>
/// <param name="Message">What is wrong, what the limit is, and the fix.</param>
internal sealed record Diagnosis(string Id, Place? Place, string Message)
{
    public Diagnostic ToDiagnostic() => Diagnostic.Create(Descriptors.Of(Id), Place?.ToLocation() ?? Location.None, Message);
}
