namespace Anyformer.Torch.Recording;

/// <summary>One run of an operator, or of a node of a backward pass.</summary>
/// <param name="Name">The operator's name, <c>aten::mm</c>, or the node's, <c>MmBackward0</c>.</param>
/// <param name="Begin">When it began: nanoseconds of the clock that <see cref="OperatorRecording.Now"/> reads.</param>
/// <param name="End">When it ended.</param>
/// <param name="Sequence">Of a node of a backward pass: the number of the operation it differentiates; otherwise -1.</param>
/// <param name="Allocated">Bytes that it allocated, with all that it called.</param>
/// <param name="Allocations">How many times it allocated, with all that it called.</param>
/// <param name="Touched">Bytes of the tensors that it took and gave, the least it had to move; 0 for a view and for a node.</param>
/// <param name="Operations">Floating-point operations of a product; 0 of everything else.</param>
/// <param name="Thread">The thread it ran on, numbered from 1.</param>
/// <param name="IsBackward">True for a node of a backward pass.</param>
public readonly record struct OperatorEvent(
    string Name, long Begin, long End, long Sequence, long Allocated, long Allocations, long Touched, long Operations, int Thread, bool IsBackward);
