namespace Anyformer.Checkpoints;

/// <summary>
/// What is wrong with the bytes of a checkpoint, without the file's name. The readers throw it;
/// <see cref="CheckpointFile"/> adds the name and turns it into a <see cref="UserException"/>.
/// </summary>
internal sealed class MalformedFileException(string problem, Exception? inner = null) : Exception(problem, inner);
