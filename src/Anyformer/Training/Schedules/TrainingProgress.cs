namespace Anyformer.Training.Schedules;

/// <summary>How far a training has come, just before an optimiser step.</summary>
/// <param name="Step">The optimiser steps already taken.</param>
/// <param name="Epoch">The epochs already finished.</param>
/// <param name="StepsPerEpoch">The optimiser steps of an epoch.</param>
/// <param name="TotalSteps">The optimiser steps of the whole training.</param>
public readonly record struct TrainingProgress(long Step, int Epoch, int StepsPerEpoch, long TotalSteps);
