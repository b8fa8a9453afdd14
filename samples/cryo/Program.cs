using Cryo;
using Cryo.Seed;
using Qmi.Edge.Box;

// A lab's own box: every verb, the bridge and the configuration, with the lab's tasks and instruments.
return await EdgeProgram.RunAsync(args, types =>
{
    BuiltInTypes.AddTo(types);
    types.Add<ScpiCryostat>().Add<Thermostat>().Add<ExcursionLog>().Add<MyTask>();
});
