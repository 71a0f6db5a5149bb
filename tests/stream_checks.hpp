// What every stream of filter/ has to hold: the same bits for any cut and layout, in place or
// not, nothing allocated, and a reset that is a new start. Counts allocations: include once a program.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <new>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/finite.hpp"

namespace checks {

inline std::atomic<long> allocations{0};

inline const nlohmann::json& golden() {
    static const nlohmann::json data = [] {
        std::ifstream file(FASCIKIT_ROOT "/tests/golden/apply.json");
        return nlohmann::json::parse(file);
    }();
    return data;
}

// The same numbers as samples() of tests/golden/make_apply.py.
inline std::vector<double> samples(std::size_t n, std::uint32_t seed) {
    std::vector<double> out(n);
    for (double& value : out) {
        seed = 1664525U * seed + 1013904223U;
        value = static_cast<double>(seed >> 8) / 16777216.0 * 200 - 100;
    }
    return out;
}

inline double largest(const std::vector<double>& values) {
    double most = 0;
    for (const double v : values) most = std::max(most, std::abs(v));
    return most;
}

inline void expect_close(const std::vector<double>& got, const std::vector<double>& expected, double bound,
                         const std::string& what) {
    ASSERT_EQ(got.size(), expected.size()) << what;
    const double allowed = bound * std::max(largest(expected), 1e-300);
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], allowed) << what << " at " << i;
}

inline std::string message(const auto& call) {
    try {
        call();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no error";
}
inline void expect_error(const std::string& part, const auto& call) {
    EXPECT_NE(message(call).find(part), std::string::npos) << "'" << message(call) << "' does not hold '" << part << "'";
}

/// Equal, and NaN where NaN is.
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](T x, T y) {
               return x == y || (fascikit::core::is_nan(x) && fascikit::core::is_nan(y));
           });
}

/// All answers of a stream, the flushed ones behind, interleaved. `length`: the sizes to cut around.
template <class T, class Stream>
std::vector<T> answers(Stream& stream, const std::vector<T>& x, std::int64_t length, std::mt19937* cuts, bool planes) {
    using namespace fascikit;
    const std::int64_t channels = stream.channels();
    const auto frames = static_cast<std::int64_t>(x.size()) / channels;
    const std::int64_t late = stream.latency_samples();
    const std::int64_t all = frames + late;
    std::vector<T> in(static_cast<std::size_t>(frames * channels)), out(static_cast<std::size_t>(all * channels), T(-1));
    const auto from = planes ? planar(in.data(), frames, channels) : interleaved(in.data(), frames, channels);
    const auto to = planes ? planar(out.data(), all, channels) : interleaved(out.data(), all, channels);
    for (std::int64_t f = 0; f < frames; ++f)
        for (std::int64_t c = 0; c < channels; ++c) from(f, c) = x[static_cast<std::size_t>(f * channels + c)];
    const long before = allocations;
    for (std::int64_t at = 0; at < frames;) {
        std::int64_t n = frames;
        if (cuts) {
            const std::int64_t choices[] = {0, 1, length - 1, length, length + 1, static_cast<std::int64_t>((*cuts)() % 100)};
            n = choices[(*cuts)() % 6];
        }
        n = std::min(n, frames - at);
        const auto rows = to.rows(at, n);
        if (cuts && (*cuts)() % 2) {  // in place
            for (std::int64_t f = 0; f < n; ++f)
                for (std::int64_t c = 0; c < channels; ++c) rows(f, c) = from(at + f, c);
            stream.process(rows, rows);
        } else {
            stream.process(from.rows(at, n), rows);
        }
        at += n;
    }
    if constexpr (requires { stream.flush(to); }) stream.flush(to.rows(frames, late));
    EXPECT_EQ(allocations, before);
    std::vector<T> flat;
    for (std::int64_t f = 0; f < all; ++f)
        for (std::int64_t c = 0; c < channels; ++c) flat.push_back(to(f, c));
    return flat;
}

/// make(channels): a new stream. Checks all rules of a stream with as many samples out as in.
template <class T, class Make>
void expect_stream_rules(const Make& make, std::int64_t length, std::int64_t frames = 300) {
    using Stream = decltype(make(1));
    static_assert(noexcept(std::declval<Stream&>().process(fascikit::BlockView<const T>{}, fascikit::BlockView<T>{})));
    static_assert(noexcept(std::declval<Stream&>().reset()));
    std::mt19937 engine(3);
    for (const int channels : {1, 2, 3, 8, 17}) {
        const auto noise = samples(static_cast<std::size_t>(frames * channels), 5);
        const std::vector<T> x(noise.begin(), noise.end());
        Stream stream = make(channels);
        ASSERT_EQ(stream.channels(), channels);
        const auto whole = answers(stream, x, length, nullptr, false);
        for (int round = 0; round < 4; ++round) {
            Stream other = make(channels);
            ASSERT_TRUE(same_bits(answers(other, x, length, &engine, round % 2 == 1), whole)) << channels << " channels";
        }
        // One channel alone is what it is among others.
        std::vector<T> lone;
        for (std::size_t i = 0; i < x.size(); i += static_cast<std::size_t>(channels)) lone.push_back(x[i]);
        Stream single = make(1);
        const auto first = answers(single, lone, length, nullptr, false);
        for (std::size_t i = 0; i < first.size(); ++i) ASSERT_EQ(first[i], whole[i * static_cast<std::size_t>(channels)]);
        // After reset it is as new; a copy is a snapshot.
        stream.reset();
        Stream copy = stream;
        ASSERT_TRUE(same_bits(answers(stream, x, length, &engine, false), whole));
        ASSERT_TRUE(same_bits(answers(copy, x, length, &engine, false), whole));
        // Another number of channels: left untouched.
        std::vector<T> odd(static_cast<std::size_t>(channels + 1), T(7));
        const auto block = fascikit::interleaved(odd.data(), 1, channels + 1);
        stream.process(block, block);
        for (const T value : odd) ASSERT_EQ(value, T(7));
    }
}

/// A NaN in one channel is gone after `reach` frames, and was never in the other.
template <class T, class Stream>
void expect_recovery(Stream clean, std::int64_t reach) {
    Stream dirty = clean;
    const std::int64_t frames = 3 * reach + 50 + clean.latency_samples();
    const auto noise = samples(static_cast<std::size_t>(2 * frames), 5);
    std::vector<T> x(noise.begin(), noise.end());
    const auto good = answers(clean, x, 10, nullptr, false);
    for (const T bad : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity()}) {
        auto y = x;
        y[2 * 20] = bad;
        dirty.reset();
        const auto got = answers(dirty, y, 10, nullptr, false);
        bool seen = false;
        for (std::size_t f = 0; f < got.size() / 2; ++f) {
            ASSERT_EQ(got[2 * f + 1], good[2 * f + 1]) << f;
            if (f < 20 || f >= static_cast<std::size_t>(20 + reach)) {
                ASSERT_EQ(got[2 * f], good[2 * f]) << f;
            } else {
                seen = seen || got[2 * f] != good[2 * f];
            }
        }
        if (fascikit::core::is_nan(bad)) {
            EXPECT_TRUE(seen);
        }
    }
}

}  // namespace checks

// Not inlined: g++ would otherwise see malloc and free without their operators and warn.
__attribute__((noinline)) void* operator new(std::size_t size) {
    ++checks::allocations;
    if (void* p = std::malloc(size)) return p;
    throw std::bad_alloc();
}
__attribute__((noinline)) void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++checks::allocations;
    return std::malloc(size);
}
__attribute__((noinline)) void operator delete(void* p) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept { std::free(p); }
