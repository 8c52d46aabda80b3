using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]
[module: SkipLocalsInit]

namespace Anyformer.Torch.Native;

/// <summary>The C ABI of <c>native/anyformer_torch.h</c>, one method a function, in its order.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "anyformer_torch";

    [LibraryImport(Library, EntryPoint = "anyformer_last_error")]
    internal static partial byte* LastError();

    [LibraryImport(Library, EntryPoint = "anyformer_free")]
    internal static partial void Free(void* memory);

    [LibraryImport(Library, EntryPoint = "anyformer_operator_find")]
    internal static partial int OperatorFind(byte* name, byte* overload, nint* found);

    [LibraryImport(Library, EntryPoint = "anyformer_operator_schema")]
    internal static partial int OperatorSchema(nint op, byte** schema);

    [LibraryImport(Library, EntryPoint = "anyformer_operator_names")]
    internal static partial int OperatorNames(byte** names);

    [LibraryImport(Library, EntryPoint = "anyformer_operator_call")]
    internal static partial int OperatorCall(nint op, BoxedValue* arguments, int argumentCount, BoxedValue* results, int resultCapacity, int* resultCount);

    [LibraryImport(Library, EntryPoint = "anyformer_object_release")]
    internal static partial void ObjectRelease(nint handle);

    [LibraryImport(Library, EntryPoint = "anyformer_tensor_from_memory")]
    internal static partial int TensorFromMemory(
        void* data, long* sizes, int dimensions, int dtype, nint context, delegate* unmanaged[Cdecl]<nint, void> release, nint* tensor);

    [LibraryImport(Library, EntryPoint = "anyformer_tensor_release")]
    internal static partial void TensorRelease(nint tensor);

    [LibraryImport(Library, EntryPoint = "anyformer_tensor_retain")]
    internal static partial void TensorRetain(nint tensor);

    [LibraryImport(Library, EntryPoint = "anyformer_tensor_info")]
    internal static partial int TensorInfo(nint tensor, TensorInfo* info);

    [LibraryImport(Library, EntryPoint = "anyformer_tensor_set_requires_grad")]
    internal static partial int TensorSetRequiresGrad(nint tensor, int requiresGrad);

    [LibraryImport(Library, EntryPoint = "anyformer_tensor_grad")]
    internal static partial int TensorGrad(nint tensor, nint* grad);

    [LibraryImport(Library, EntryPoint = "anyformer_tensor_set_grad")]
    internal static partial int TensorSetGrad(nint tensor, nint grad);

    [LibraryImport(Library, EntryPoint = "anyformer_tensor_grad_function")]
    internal static partial int TensorGradFunction(nint tensor, byte** name);

    [LibraryImport(Library, EntryPoint = "anyformer_tensor_set_data")]
    internal static partial int TensorSetData(nint tensor, nint data);

    [LibraryImport(Library, EntryPoint = "anyformer_backward")]
    internal static partial int Backward(nint* outputs, nint* gradients, int count, int retainGraph, int createGraph);

    [LibraryImport(Library, EntryPoint = "anyformer_grad")]
    internal static partial int Grad(
        nint* outputs, nint* gradients, int outputCount, nint* inputs, int inputCount, int retainGraph, int createGraph, int allowUnused, nint* results);

    [LibraryImport(Library, EntryPoint = "anyformer_custom_function")]
    internal static partial int CustomFunction(
        nint* inputs, int inputCount, nint* outputs, int outputCount, nint* saved, int savedCount, nint context,
        delegate* unmanaged[Cdecl]<nint, nint, nint*, int, nint*, int, byte*, int, int> backward, delegate* unmanaged[Cdecl]<nint, void> release);

    [LibraryImport(Library, EntryPoint = "anyformer_node_saved")]
    internal static partial int NodeSaved(nint node, int index, nint* tensor);

    [LibraryImport(Library, EntryPoint = "anyformer_node_needs_gradient")]
    internal static partial int NodeNeedsGradient(nint node, int input);

    [LibraryImport(Library, EntryPoint = "anyformer_grad_mode")]
    internal static partial int GradMode();

    [LibraryImport(Library, EntryPoint = "anyformer_set_grad_mode")]
    internal static partial void SetGradMode(int enabled);

    [LibraryImport(Library, EntryPoint = "anyformer_inference_mode_enter")]
    internal static partial nint InferenceModeEnter();

    [LibraryImport(Library, EntryPoint = "anyformer_inference_mode_leave")]
    internal static partial void InferenceModeLeave(nint guard);

    [LibraryImport(Library, EntryPoint = "anyformer_autocast_enter")]
    internal static partial int AutocastEnter(int deviceType, int enabled, int dtype, int* previous);

    [LibraryImport(Library, EntryPoint = "anyformer_autocast_leave")]
    internal static partial int AutocastLeave(int deviceType, int previous);

    [LibraryImport(Library, EntryPoint = "anyformer_recording_start")]
    internal static partial int RecordingStart();

    [LibraryImport(Library, EntryPoint = "anyformer_recording_stop")]
    internal static partial int RecordingStop(NativeEvent** events, long* count);

    [LibraryImport(Library, EntryPoint = "anyformer_sequence_number")]
    internal static partial long SequenceNumber();

    [LibraryImport(Library, EntryPoint = "anyformer_threads")]
    internal static partial int Threads();

    [LibraryImport(Library, EntryPoint = "anyformer_set_threads")]
    internal static partial int SetThreads(int count);

    [LibraryImport(Library, EntryPoint = "anyformer_use_one_thread")]
    internal static partial int UseOneThread();

    [LibraryImport(Library, EntryPoint = "anyformer_parallel_for")]
    internal static partial int ParallelFor(long count, long grain, delegate* unmanaged[Cdecl]<long, long, nint, void> body, nint context);

    [LibraryImport(Library, EntryPoint = "anyformer_manual_seed")]
    internal static partial int ManualSeed(long seed);

    [LibraryImport(Library, EntryPoint = "anyformer_generator_create")]
    internal static partial int GeneratorCreate(long seed, nint* generator);

    [LibraryImport(Library, EntryPoint = "anyformer_generator_default")]
    internal static partial int GeneratorDefault(int deviceType, int deviceIndex, nint* generator);

    [LibraryImport(Library, EntryPoint = "anyformer_generator_release")]
    internal static partial void GeneratorRelease(nint generator);

    [LibraryImport(Library, EntryPoint = "anyformer_generator_seed")]
    internal static partial int GeneratorSeed(nint generator, long seed);

    [LibraryImport(Library, EntryPoint = "anyformer_generator_state")]
    internal static partial int GeneratorState(nint generator, nint* state);

    [LibraryImport(Library, EntryPoint = "anyformer_generator_set_state")]
    internal static partial int GeneratorSetState(nint generator, nint state);

    [LibraryImport(Library, EntryPoint = "anyformer_load_library")]
    internal static partial int LoadLibrary(byte* path);

    [LibraryImport(Library, EntryPoint = "anyformer_image_library")]
    internal static partial byte* ImageLibrary();

    [LibraryImport(Library, EntryPoint = "anyformer_torch_version")]
    internal static partial byte* TorchVersion();

    [LibraryImport(Library, EntryPoint = "anyformer_cuda_device_count")]
    internal static partial int CudaDeviceCount();

    [LibraryImport(Library, EntryPoint = "anyformer_build_information")]
    internal static partial int BuildInformation(byte** text);

    [LibraryImport(Library, EntryPoint = "anyformer_parallel_information")]
    internal static partial int ParallelInformation(byte** text);
}
