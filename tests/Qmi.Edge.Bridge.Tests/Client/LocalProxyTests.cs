using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Proxies of objects of the same process.</summary>
public sealed class LocalProxyTests : ProxyContract
{
    protected override Task ShowAsync(EdgeBox box) => Task.CompletedTask;

    protected override Task HideAsync() => Task.CompletedTask;

    protected override TProxy Get<TProxy>(string name) => Box.GetProxy<TProxy>(name);

    protected override TProxy GetElsewhere<TProxy>(string name) => Box.GetProxy<TProxy>(name);

    protected override string TypeOf(Exception exception) => exception.GetType().Name;
}
