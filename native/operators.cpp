#include "internal.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <sstream>
#include <stdexcept>

using namespace anyformer;

namespace {

// Handles are kept for the life of the process: an operator is looked up once and called millions of times.
const c10::OperatorHandle& handle(AnyformerOperator op) { return *reinterpret_cast<const c10::OperatorHandle*>(op); }

c10::IValue default_of(const c10::Argument& argument) {
  if (!argument.default_value()) {
    throw std::invalid_argument("argument '" + argument.name() + "' has no default");
  }
  return *argument.default_value();
}

// A list of tensors is handed over as one of optional tensors where the operator wants that (indexing), and the other way round never.
bool wants_optional_tensors(const c10::Argument& argument) {
  auto list = argument.type()->cast<c10::ListType>();
  return list && list->getElementType()->kind() == c10::TypeKind::OptionalType;
}

// A whole number is a fine real one: a caller who goes by name need not know which the operator wants.
bool wants_real(const c10::Argument& argument) {
  auto type = argument.type();
  if (auto optional = type->cast<c10::OptionalType>()) type = optional->getElementType();
  return type->kind() == c10::TypeKind::FloatType;
}

c10::IValue argument_value(const c10::Argument& argument, AnyformerValue value) {
  if (value.kind == ANYFORMER_DEFAULT) return default_of(argument);
  if (value.kind == ANYFORMER_TENSOR_LIST && wants_optional_tensors(argument)) value.kind = ANYFORMER_OPTIONAL_TENSOR_LIST;
  if (value.kind == ANYFORMER_INTEGER && wants_real(argument)) return static_cast<double>(value.integer);
  return to_ivalue(value);
}

// The memory of the stack is kept for the thread's next call. A call inside a call finds it taken and brings its own.
class CallStack {
 public:
  CallStack() : values(std::move(spare)) {}
  ~CallStack() {
    values.clear();
    spare = std::move(values);
  }
  CallStack(const CallStack&) = delete;
  CallStack& operator=(const CallStack&) = delete;

  torch::jit::Stack values;

 private:
  static thread_local torch::jit::Stack spare;
};

thread_local torch::jit::Stack CallStack::spare;

// A newer libtorch may know more arguments, all with defaults, than the caller; an older one fewer, which is fine as long as
// the caller leaves those at their defaults.
void push_arguments(torch::jit::Stack& stack, const c10::FunctionSchema& schema, const AnyformerValue* values, int32_t count) {
  const auto& arguments = schema.arguments();
  const auto known = static_cast<int32_t>(arguments.size());
  stack.reserve(std::max(arguments.size(), schema.returns().size()));
  for (int32_t i = 0; i < known; i++) {
    stack.push_back(i < count ? argument_value(arguments[i], values[i]) : default_of(arguments[i]));
  }
  for (int32_t i = known; i < count; i++) {
    if (values[i].kind != ANYFORMER_DEFAULT && values[i].kind != ANYFORMER_NONE) {
      throw std::invalid_argument("this libtorch takes " + std::to_string(known) + " arguments, argument " + std::to_string(i + 1) +
                                  " was given");
    }
  }
}

}  // namespace

int anyformer_operator_find(const char* name, const char* overload, AnyformerOperator* found) {
  return guarded([&] {
    auto op = c10::Dispatcher::singleton().findSchema({name, overload});
    *found = op ? reinterpret_cast<AnyformerOperator>(new c10::OperatorHandle(*op)) : nullptr;
  });
}

int anyformer_operator_schema(AnyformerOperator op, char** schema) {
  return guarded([&] {
    std::ostringstream text;
    text << handle(op).schema();
    *schema = copy_string(text.str());
  });
}

int anyformer_operator_names(char** names) {
  return guarded([&] {
    std::string lines;
    for (const auto& name : c10::Dispatcher::singleton().getAllOpNames()) {
      lines += name.overload_name.empty() ? name.name : name.name + "." + name.overload_name;
      lines += '\n';
    }
    *names = copy_string(lines);
  });
}

int anyformer_operator_call(AnyformerOperator op, const AnyformerValue* arguments, int32_t argument_count, AnyformerValue* results,
                            int32_t result_capacity, int32_t* result_count) {
  return guarded([&] {
    CallStack call;
    auto& stack = call.values;
    push_arguments(stack, handle(op).schema(), arguments, argument_count);
    handle(op).callBoxed(stack);
    if (static_cast<int32_t>(stack.size()) > result_capacity) {
      throw std::invalid_argument(std::to_string(stack.size()) + " results, room for " + std::to_string(result_capacity));
    }
    for (size_t i = 0; i < stack.size(); i++) results[i] = from_ivalue(std::move(stack[i]));
    *result_count = static_cast<int32_t>(stack.size());
  });
}
