// Reserved: a std::vector whose copies have its capacity too.
//
// A copied std::vector has room for what it holds and no more. Where the capacity is the
// bound that keeps `process` from allocating, a copy of the object must keep it.
#pragma once

#include <vector>

namespace fascikit::core {

template <class T>
class Reserved : public std::vector<T> {
public:
    Reserved() = default;
    Reserved(const Reserved& other) : std::vector<T>() {
        this->reserve(other.capacity());
        this->insert(this->end(), other.begin(), other.end());
    }
    Reserved(Reserved&& other) noexcept = default;
    Reserved& operator=(Reserved other) noexcept {
        this->swap(other);
        return *this;
    }
    ~Reserved() = default;
};

}  // namespace fascikit::core
