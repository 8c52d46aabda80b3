#include "internal.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace anyformer {
namespace {

c10::IValue tensor_list(const AnyformerValue& value) {
  auto handles = static_cast<AnyformerTensor*>(value.pointer);
  c10::List<at::Tensor> list;
  list.reserve(value.count);
  for (int32_t i = 0; i < value.count; i++) list.push_back(borrow(handles[i]));
  return list;
}

c10::IValue optional_tensor_list(const AnyformerValue& value) {
  auto handles = static_cast<AnyformerTensor*>(value.pointer);
  c10::List<c10::optional<at::Tensor>> list;
  list.reserve(value.count);
  for (int32_t i = 0; i < value.count; i++) {
    list.push_back(handles[i] ? c10::optional<at::Tensor>(borrow(handles[i])) : c10::optional<at::Tensor>());
  }
  return list;
}

template <typename Element, typename Source = Element>
c10::IValue plain_list(const AnyformerValue& value) {
  auto elements = static_cast<const Source*>(value.pointer);
  c10::List<Element> list;
  list.reserve(value.count);
  for (int32_t i = 0; i < value.count; i++) list.push_back(static_cast<Element>(elements[i]));
  return list;
}

c10::IValue scalar_list(const AnyformerValue& value) {
  auto elements = static_cast<const AnyformerValue*>(value.pointer);
  c10::List<at::Scalar> list;
  list.reserve(value.count);
  for (int32_t i = 0; i < value.count; i++) list.push_back(to_ivalue(elements[i]).toScalar());
  return list;
}

template <typename Element, typename List>
AnyformerValue copy_list(AnyformerKind kind, const List& list) {
  AnyformerValue value{kind, static_cast<int32_t>(list.size()), {}};
  auto memory = static_cast<Element*>(std::malloc(sizeof(Element) * list.size() + 1));
  for (size_t i = 0; i < list.size(); i++) memory[i] = static_cast<Element>(list[i]);
  value.pointer = memory;
  return value;
}

AnyformerValue copy_tensor_list(std::vector<at::Tensor>&& list) {
  AnyformerValue value{ANYFORMER_TENSOR_LIST, static_cast<int32_t>(list.size()), {}};
  auto memory = static_cast<AnyformerTensor*>(std::malloc(sizeof(AnyformerTensor) * list.size() + 1));
  for (size_t i = 0; i < list.size(); i++) memory[i] = release(std::move(list[i]));
  value.pointer = memory;
  return value;
}

}  // namespace

char* copy_string(const std::string& text) {
  auto memory = static_cast<char*>(std::malloc(text.size() + 1));
  std::memcpy(memory, text.c_str(), text.size() + 1);
  return memory;
}

c10::IValue to_ivalue(const AnyformerValue& value) {
  switch (value.kind) {
    case ANYFORMER_NONE: return c10::IValue();
    case ANYFORMER_TENSOR: return borrow(static_cast<AnyformerTensor>(value.pointer));
    case ANYFORMER_INTEGER: return value.integer;
    case ANYFORMER_REAL: return value.real;
    case ANYFORMER_BOOLEAN: return value.integer != 0;
    case ANYFORMER_STRING: return std::string(static_cast<const char*>(value.pointer), value.count);
    case ANYFORMER_DEVICE: return c10::Device(static_cast<c10::DeviceType>(value.count), static_cast<c10::DeviceIndex>(value.integer));
    case ANYFORMER_GENERATOR: return borrow(static_cast<AnyformerGenerator>(value.pointer));
    case ANYFORMER_TENSOR_LIST: return tensor_list(value);
    case ANYFORMER_OPTIONAL_TENSOR_LIST: return optional_tensor_list(value);
    case ANYFORMER_INTEGER_LIST: return plain_list<int64_t>(value);
    case ANYFORMER_REAL_LIST: return plain_list<double>(value);
    case ANYFORMER_BOOLEAN_LIST: return plain_list<bool, uint8_t>(value);
    case ANYFORMER_SCALAR_LIST: return scalar_list(value);
    case ANYFORMER_OBJECT: return *static_cast<const c10::IValue*>(value.pointer);
    default: throw std::invalid_argument("argument of unknown kind " + std::to_string(value.kind));
  }
}

AnyformerValue from_ivalue(c10::IValue&& value) {
  AnyformerValue result{ANYFORMER_NONE, 0, {}};
  if (value.isTensor()) {
    result.kind = ANYFORMER_TENSOR;
    result.pointer = release(std::move(value).toTensor());
  } else if (value.isNone()) {
    return result;
  } else if (value.isInt()) {
    result.kind = ANYFORMER_INTEGER;
    result.integer = value.toInt();
  } else if (value.isDouble()) {
    result.kind = ANYFORMER_REAL;
    result.real = value.toDouble();
  } else if (value.isBool()) {
    result.kind = ANYFORMER_BOOLEAN;
    result.integer = value.toBool();
  } else if (value.isString()) {
    const auto& text = value.toStringRef();
    result.kind = ANYFORMER_STRING;
    result.count = static_cast<int32_t>(text.size());
    result.pointer = copy_string(text);
  } else if (value.isDevice()) {
    result.kind = ANYFORMER_DEVICE;
    result.count = static_cast<int32_t>(value.toDevice().type());
    result.integer = value.toDevice().index();
  } else if (value.isTensorList()) {
    return copy_tensor_list(std::move(value).toTensorVector());
  } else if (value.isIntList()) {
    return copy_list<int64_t>(ANYFORMER_INTEGER_LIST, value.toIntVector());
  } else if (value.isDoubleList()) {
    return copy_list<double>(ANYFORMER_REAL_LIST, value.toDoubleVector());
  } else if (value.isBoolList()) {
    return copy_list<uint8_t>(ANYFORMER_BOOLEAN_LIST, value.toBoolList());
  } else if (value.isObject()) {
    result.kind = ANYFORMER_OBJECT;
    result.pointer = new c10::IValue(std::move(value));
  } else {
    throw std::invalid_argument("a result of kind " + value.tagKind() + " cannot be handed over");
  }
  return result;
}

}  // namespace anyformer

void anyformer_object_release(void* object) { delete static_cast<c10::IValue*>(object); }
