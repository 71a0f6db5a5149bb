// Errors: what went wrong, with the value or the byte and what is allowed.
//
// Options out of range throw std::invalid_argument; inputs that cannot be used
// (files, recordings) throw InputError. Both happen at construction or at the
// edge, never in a `process`. Built with -fno-exceptions the same line is printed
// to stderr and the program is aborted; such builds can ask beforehand with the
// `problem()` of the options, which never throws.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>

namespace fascikit {

/// An input (a file, a recording) that cannot be used. `what()` is one line.
class InputError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

namespace core {

[[noreturn]] inline void fail_option(const std::string& message) {
#if defined(__cpp_exceptions)
    throw std::invalid_argument(message);
#else
    std::fprintf(stderr, "fascikit: %s\n", message.c_str());
    std::abort();
#endif
}

[[noreturn]] inline void fail_input(const std::string& message) {
#if defined(__cpp_exceptions)
    throw InputError(message);
#else
    std::fprintf(stderr, "fascikit: %s\n", message.c_str());
    std::abort();
#endif
}

/// A number as people write it in an error message: shortest form, no trailing zeros.
inline std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

/// Refuses a sampling rate that nothing can be computed with.
inline void check_rate(double sampling_rate_hz) {
    if (!(sampling_rate_hz > 0 && sampling_rate_hz <= std::numeric_limits<double>::max()))
        fail_option("sampling rate " + number(sampling_rate_hz) + " Hz: it must be positive and finite");
}

}  // namespace core

/// What a real-time call answers. Nothing is thrown there.
enum class Status {
    ok,
    first_sample_went_back,   ///< the block starts before samples already given; ignored
    wrong_channel_count,      ///< the block has another number of channels; ignored
    sink_overflow,            ///< the sink was full; what was lost is a segment `overflow`
};

[[nodiscard]] constexpr const char* to_string(Status status) noexcept {
    switch (status) {
        case Status::ok: return "ok";
        case Status::first_sample_went_back: return "first sample went back";
        case Status::wrong_channel_count: return "wrong channel count";
        case Status::sink_overflow: return "sink overflow";
    }
    return "unknown";
}

}  // namespace fascikit
