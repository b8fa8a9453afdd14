using Qmi.Edge.Box;
using Stages;

// The box that the contract's examples (docs/reference/mqtt.md) and the acceptance scenarios (tests/scenarios) talk to.
return await EdgeProgram.RunAsync(args, types =>
{
    BuiltInTypes.AddTo(types);
    types.Add<Axis>().Add<Stage>().Add<Encoder>();
});
