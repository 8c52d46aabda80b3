#include "internal.h"

#include <ATen/SequenceNumber.h>
#include <ATen/record_function.h>
#include <c10/core/CPUAllocator.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

using namespace anyformer;

namespace {

// What the thread has allocated since it began; an operator's share is the difference between its end and its begin.
thread_local int64_t allocated_bytes = 0;
thread_local int64_t allocation_count = 0;

// Stands before the allocator of the processor's memory and counts. What libtorch offers for this itself writes warnings when memory is
// freed that it has not seen being allocated.
struct CountingAllocator final : c10::Allocator {
  explicit CountingAllocator(c10::Allocator* counted) : counted(counted) {}

  c10::DataPtr allocate(size_t bytes) const {
    allocated_bytes += static_cast<int64_t>(bytes);
    allocation_count++;
    return counted->allocate(bytes);
  }
  // The form of newer libtorch, as is the copy below.
  c10::DataPtr allocate(size_t bytes) { return static_cast<const CountingAllocator&>(*this).allocate(bytes); }
  void copy_data(void* to, const void* from, std::size_t bytes) const { std::memcpy(to, from, bytes); }
  c10::DeleterFnPtr raw_deleter() const override { return counted->raw_deleter(); }

  c10::Allocator* counted;
};

struct Recording {
  std::mutex mutex;
  std::vector<AnyformerEvent> events;
  std::vector<AnyformerEvent> finished;
  std::unordered_set<std::string> names;  // The events point into it.
  std::unique_ptr<CountingAllocator> allocator;
  at::CallbackHandle callback = at::INVALID_CALLBACK_HANDLE;
};

Recording recording;

// What is known when an operator begins. Its inputs may be looked at only then.
struct Running : at::ObserverContext {
  int64_t begin = 0, allocated = 0, allocations = 0;
  int64_t given_bytes = 0;
  std::vector<const void*> given;       // the memory of the inputs
  int64_t operations_of_an_element = 0;  // of the output, for a product
  int64_t operations_given = 0;          // those that the inputs alone tell
};

int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <typename Values, typename Visit>
void each_tensor(const Values& values, Visit visit) {
  for (const auto& value : values) {
    if (value.isTensor()) {
      if (value.toTensor().defined()) visit(value.toTensor());
    } else if (value.isTensorList()) {
      for (const at::Tensor& tensor : value.toTensorVector()) visit(tensor);
    }
  }
}

const at::Tensor& input(const at::RecordFunction& function, size_t index) { return function.inputs()[index].toTensor(); }

void look_at_inputs(const at::RecordFunction& function, Running& running) {
  each_tensor(function.inputs(), [&](const at::Tensor& tensor) {
    running.given_bytes += static_cast<int64_t>(tensor.nbytes());
    if (tensor.has_storage()) running.given.push_back(tensor.storage().unsafeGetStorageImpl());
  });
  // Of products alone: in a Transformer all else is small. Two for each number that is summed into an element.
  const std::string name = function.name();
  if (name == "aten::mm" || name == "aten::bmm" || name == "aten::mv") {
    running.operations_of_an_element = 2 * input(function, 0).size(-1);
  } else if (name == "aten::addmm" || name == "aten::baddbmm" || name == "aten::addmm_" || name == "aten::baddbmm_") {
    running.operations_of_an_element = 2 * input(function, 1).size(-1);
  } else if (name == "aten::convolution") {
    running.operations_of_an_element = 2 * input(function, 1).numel() / input(function, 1).size(0);
  } else if (name == "aten::convolution_backward") {
    const auto wanted = function.inputs().back().toBoolList();
    running.operations_given = 2 * (wanted[0] + wanted[1]) * input(function, 0).numel() * (input(function, 2).numel() / input(function, 2).size(0));
  }
}

// The least an operator has to move: all it was given and all it made. A view of an input moves nothing, nor does memory that is only asked for.
int64_t touched(const at::RecordFunction& function, const Running& running) {
  int64_t bytes = running.given_bytes;
  bool is_view = function.num_outputs() > 0;
  each_tensor(function.outputs(), [&](const at::Tensor& tensor) {
    bytes += static_cast<int64_t>(tensor.nbytes());
    is_view &= tensor.has_storage() &&
               std::find(running.given.begin(), running.given.end(), tensor.storage().unsafeGetStorageImpl()) != running.given.end();
  });
  const std::string name = function.name();
  // These write what they are called on and do not read it.
  if (name == "aten::copy_" || name == "aten::fill_" || name == "aten::zero_") {
    bytes -= static_cast<int64_t>(function.outputs()[0].toTensor().nbytes());
  }
  const bool is_empty = name.rfind("aten::empty", 0) == 0;
  return is_empty || (is_view && name.back() != '_') ? 0 : bytes;
}

int64_t operations(const at::RecordFunction& function, const Running& running) {
  if (running.operations_of_an_element == 0) return running.operations_given;
  int64_t elements = 0;
  each_tensor(function.outputs(), [&](const at::Tensor& tensor) { elements += tensor.numel(); });
  return elements * running.operations_of_an_element;
}

bool is_backward(const at::RecordFunction& function) { return function.scope() == at::RecordScope::BACKWARD_FUNCTION; }

std::unique_ptr<at::ObserverContext> begin_event(const at::RecordFunction& function) {
  auto running = std::make_unique<Running>();
  if (!is_backward(function)) look_at_inputs(function, *running);
  running->allocated = allocated_bytes;
  running->allocations = allocation_count;
  running->begin = now();
  return running;
}

void end_event(const at::RecordFunction& function, at::ObserverContext* context) {
  const auto end = now();
  const auto& running = *static_cast<Running*>(context);
  const bool backward = is_backward(function);
  AnyformerEvent event = {};
  event.begin = running.begin;
  event.end = end;
  event.sequence = backward ? function.seqNr() : -1;
  event.allocated = allocated_bytes - running.allocated;
  event.allocations = allocation_count - running.allocations;
  event.touched = backward ? 0 : touched(function, running);
  event.operations = backward ? 0 : operations(function, running);
  event.thread = static_cast<int32_t>(at::RecordFunction::currentThreadId());
  event.is_backward = backward;
  std::lock_guard<std::mutex> lock(recording.mutex);
  event.name = recording.names.insert(function.name()).first->c_str();
  recording.events.push_back(event);
}

}  // namespace

int anyformer_recording_start() {
  return guarded([] {
    {
      std::lock_guard<std::mutex> lock(recording.mutex);
      recording.events.clear();
    }
    // Kept for good: another thread may be about to call it when the recording ends.
    if (!recording.allocator) recording.allocator = std::make_unique<CountingAllocator>(c10::GetCPUAllocator());
    c10::SetCPUAllocator(recording.allocator.get());
    recording.callback = at::addThreadLocalCallback(at::RecordFunctionCallback(begin_event, end_event)
                                                        .needsInputs(true)
                                                        .needsOutputs(true)
                                                        .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
  });
}

int anyformer_recording_stop(const AnyformerEvent** events, int64_t* count) {
  return guarded([&] {
    at::removeCallback(recording.callback);
    c10::SetCPUAllocator(recording.allocator->counted);
    std::lock_guard<std::mutex> lock(recording.mutex);
    recording.finished = std::move(recording.events);
    *events = recording.finished.data();
    *count = static_cast<int64_t>(recording.finished.size());
  });
}

int64_t anyformer_sequence_number() { return static_cast<int64_t>(at::sequence_number::peek()); }
