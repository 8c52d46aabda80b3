// The C ABI over libtorch. No C++ type crosses it, and no C++ exception: every function that can fail returns 0 for success,
// 1 for failure with the message in anyformer_last_error (of the calling thread).
#pragma once

#include <cstdint>

#define ANYFORMER_API extern "C" __attribute__((visibility("default")))

// A tensor handle owns one reference to an at::TensorImpl; null stands for "no tensor".
typedef struct AnyformerTensorHandle* AnyformerTensor;
typedef struct AnyformerGeneratorHandle* AnyformerGenerator;
typedef const struct AnyformerOperatorHandle* AnyformerOperator;
typedef struct AnyformerNodeHandle* AnyformerNode;

enum AnyformerKind : int32_t {
  ANYFORMER_NONE = 0,
  ANYFORMER_DEFAULT = 1,  // as an argument: what the operator's schema says
  ANYFORMER_TENSOR = 2,
  ANYFORMER_INTEGER = 3,  // also dtype, layout, memory format
  ANYFORMER_REAL = 4,
  ANYFORMER_BOOLEAN = 5,
  ANYFORMER_STRING = 6,  // UTF-8, `count` bytes
  ANYFORMER_DEVICE = 7,  // `count` is the type, `integer` the index
  ANYFORMER_GENERATOR = 8,
  ANYFORMER_TENSOR_LIST = 9,
  ANYFORMER_OPTIONAL_TENSOR_LIST = 10,
  ANYFORMER_INTEGER_LIST = 11,
  ANYFORMER_REAL_LIST = 12,
  ANYFORMER_BOOLEAN_LIST = 13,  // one byte each
  ANYFORMER_SCALAR_LIST = 14,   // `pointer` is an array of AnyformerValue
  ANYFORMER_OBJECT = 15,        // of one of libtorch's own classes, as packed quantised weights are
};

// Arguments borrow what they point to. Results own it: a tensor is released with anyformer_tensor_release, an object with
// anyformer_object_release, a list or string with anyformer_free.
struct AnyformerValue {
  AnyformerKind kind;
  int32_t count;
  union {
    int64_t integer;
    double real;
    void* pointer;
  };
};

struct AnyformerTensorInfo {
  const int64_t* sizes;
  const int64_t* strides;  // null for a layout without strides
  void* data;              // null where the elements do not lie there as they are: sparse, or negated or conjugated when read
  int64_t element_count;
  int32_t dimensions;
  int32_t dtype;
  int32_t device_type;
  int32_t device_index;
  int32_t element_size;  // bytes
  int32_t layout;
  int32_t flags;         // AnyformerTensorFlags
};

enum AnyformerTensorFlags : int32_t {
  ANYFORMER_REQUIRES_GRAD = 1,
  ANYFORMER_IS_LEAF = 2,
  ANYFORMER_IS_CONTIGUOUS = 4,
};

// Errors and memory
ANYFORMER_API const char* anyformer_last_error();
ANYFORMER_API void anyformer_free(void* memory);

// Operators: found by name and overload in the dispatcher, called boxed.
ANYFORMER_API int anyformer_operator_find(const char* name, const char* overload, AnyformerOperator* found);
ANYFORMER_API int anyformer_operator_schema(AnyformerOperator op, char** schema);
ANYFORMER_API int anyformer_operator_names(char** names);
ANYFORMER_API int anyformer_operator_call(AnyformerOperator op, const AnyformerValue* arguments, int32_t argument_count,
                                          AnyformerValue* results, int32_t result_capacity, int32_t* result_count);
ANYFORMER_API void anyformer_object_release(void* object);

// Tensors
ANYFORMER_API int anyformer_tensor_from_memory(void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype, int64_t context,
                                               void (*release)(int64_t context), AnyformerTensor* tensor);
ANYFORMER_API void anyformer_tensor_release(AnyformerTensor tensor);
ANYFORMER_API void anyformer_tensor_retain(AnyformerTensor tensor);
ANYFORMER_API int anyformer_tensor_info(AnyformerTensor tensor, AnyformerTensorInfo* info);
ANYFORMER_API int anyformer_tensor_set_requires_grad(AnyformerTensor tensor, int32_t requires_grad);
ANYFORMER_API int anyformer_tensor_grad(AnyformerTensor tensor, AnyformerTensor* grad);
ANYFORMER_API int anyformer_tensor_set_grad(AnyformerTensor tensor, AnyformerTensor grad);
// The name of the operation that made the tensor; null for a leaf.
ANYFORMER_API int anyformer_tensor_grad_function(AnyformerTensor tensor, char** name);
ANYFORMER_API int anyformer_tensor_set_data(AnyformerTensor tensor, AnyformerTensor data);

// Autograd. A custom function runs forward in managed code without recording and hands its outputs here to be joined to the graph.
// `backward` fills grad_inputs (null: no gradient) and returns 0, or 1 with a message in `error`.
typedef int32_t (*AnyformerBackward)(int64_t context, AnyformerNode node, const AnyformerTensor* grad_outputs, int32_t output_count,
                                     AnyformerTensor* grad_inputs, int32_t input_count, char* error, int32_t error_capacity);
ANYFORMER_API int anyformer_backward(const AnyformerTensor* outputs, const AnyformerTensor* gradients, int32_t count, int32_t retain_graph,
                                     int32_t create_graph);
ANYFORMER_API int anyformer_grad(const AnyformerTensor* outputs, const AnyformerTensor* gradients, int32_t output_count,
                                 const AnyformerTensor* inputs, int32_t input_count, int32_t retain_graph, int32_t create_graph,
                                 int32_t allow_unused, AnyformerTensor* results);
ANYFORMER_API int anyformer_custom_function(const AnyformerTensor* inputs, int32_t input_count, AnyformerTensor* outputs, int32_t output_count,
                                            const AnyformerTensor* saved, int32_t saved_count, int64_t context, AnyformerBackward backward,
                                            void (*release)(int64_t context));
ANYFORMER_API int anyformer_node_saved(AnyformerNode node, int32_t index, AnyformerTensor* tensor);
ANYFORMER_API int32_t anyformer_node_needs_gradient(AnyformerNode node, int32_t input);
ANYFORMER_API int32_t anyformer_grad_mode();
ANYFORMER_API void anyformer_set_grad_mode(int32_t enabled);
ANYFORMER_API void* anyformer_inference_mode_enter();
ANYFORMER_API void anyformer_inference_mode_leave(void* guard);
// The previous state is packed into `previous`: enabled in bit 0, dtype above it.
ANYFORMER_API int anyformer_autocast_enter(int32_t device_type, int32_t enabled, int32_t dtype, int32_t* previous);
ANYFORMER_API int anyformer_autocast_leave(int32_t device_type, int32_t previous);

// Recording: what operators and the nodes of backward passes do between start and stop, on the thread that starts and in the backward passes
// it runs. One recording at a time; start and stop belong on one thread.
struct AnyformerEvent {
  const char* name;     // lives until the process ends
  int64_t begin;        // nanoseconds of the monotonic clock
  int64_t end;
  int64_t sequence;     // of a node of the backward pass: the number of the operation that it differentiates; otherwise -1
  int64_t allocated;    // bytes, including what it called
  int64_t allocations;  // how many
  int64_t touched;      // bytes of the tensors that it took and made; 0 for a view
  int64_t operations;   // floating-point operations of products
  int32_t thread;
  int32_t is_backward;  // 1 for a node of a backward pass, 0 for an operator
};
ANYFORMER_API int anyformer_recording_start();
// The events live until the next start.
ANYFORMER_API int anyformer_recording_stop(const AnyformerEvent** events, int64_t* count);
// The number that the next operation on this thread gets when it is recorded for a backward pass.
ANYFORMER_API int64_t anyformer_sequence_number();

// Runtime: threads, seeds, generators, libraries, facts.
ANYFORMER_API int32_t anyformer_threads();
ANYFORMER_API int anyformer_set_threads(int32_t count);
// Operators called from this thread from now on use it alone; other threads keep theirs.
ANYFORMER_API int anyformer_use_one_thread();
// Splits [0, count) into ranges of at least `grain` and runs them on libtorch's own threads; the body must not throw.
ANYFORMER_API int anyformer_parallel_for(int64_t count, int64_t grain, void (*body)(int64_t begin, int64_t end, void* context), void* context);
ANYFORMER_API int anyformer_manual_seed(int64_t seed);
ANYFORMER_API int anyformer_generator_create(int64_t seed, AnyformerGenerator* generator);
ANYFORMER_API int anyformer_generator_default(int32_t device_type, int32_t device_index, AnyformerGenerator* generator);
ANYFORMER_API void anyformer_generator_release(AnyformerGenerator generator);
ANYFORMER_API int anyformer_generator_seed(AnyformerGenerator generator, int64_t seed);
ANYFORMER_API int anyformer_generator_state(AnyformerGenerator generator, AnyformerTensor* state);
ANYFORMER_API int anyformer_generator_set_state(AnyformerGenerator generator, AnyformerTensor state);
ANYFORMER_API int anyformer_load_library(const char* path);
// Where torchvision's image operators were found when this library was built; empty when they were not. The text is not to be freed.
ANYFORMER_API const char* anyformer_image_library();
ANYFORMER_API const char* anyformer_torch_version();
ANYFORMER_API int32_t anyformer_cuda_device_count();
ANYFORMER_API int anyformer_build_information(char** text);
ANYFORMER_API int anyformer_parallel_information(char** text);
