using Qmi.Edge.Box;

return await EdgeProgram.RunAsync(args, BuiltInTypes.AddTo).ConfigureAwait(false);
