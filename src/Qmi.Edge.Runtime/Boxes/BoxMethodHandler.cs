using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Runs a method that was added to the box itself (<see cref="EdgeBox.AddMethod"/>). It is called on the thread that brought the request,
/// perhaps the network's, and must not block it: it answers at once, or awaits.
/// </summary>
/// <param name="request">The call, checked; its arguments are an object.</param>
/// <param name="result">Takes the result; what writes nothing answers null.</param>
/// <param name="cancellationToken">Cancelled when nobody waits any more.</param>
/// <returns>Completes with the answer. What it throws is the answer, too.</returns>
/// <exception cref="QmiException">An error of the closed set; everything else becomes <see cref="ErrorCode.Internal"/>.</exception>
public delegate ValueTask BoxMethodHandler(RpcRequest request, Utf8JsonWriter result, CancellationToken cancellationToken);
