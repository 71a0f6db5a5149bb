// The CPU paths against each other and against plain loops, on input that hurts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "fascikit/core/denormals.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/detect/kernels.hpp"
#include "fascikit/filter/butterworth.hpp"
#include "fascikit/filter/cascade.hpp"

using namespace fascikit;
using namespace fascikit::filter;

namespace {

template <int Bytes>
struct Width {
    static constexpr int bytes = Bytes;
};

// Equal as numbers, or both NaN. Every path promises the same bits, NaN's sign apart.
template <class T>
testing::AssertionResult same(const std::vector<T>& a, const std::vector<T>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(a[i] == b[i] || (core::is_nan(a[i]) && core::is_nan(b[i]))))
            return testing::AssertionFailure() << "sample " << i << ": " << a[i] << " and " << b[i];
    return testing::AssertionSuccess();
}

template <class T>
struct Signal {
    std::string name;
    std::vector<T> x;
};

template <class T>
std::vector<Signal<T>> adversaries(std::size_t n) {
    std::mt19937 engine(11);
    const auto noise = [&] { return static_cast<T>(static_cast<double>(engine() % 20001) / 1000.0 - 10.0); };
    const T huge = sizeof(T) == 8 ? static_cast<T>(1e300) : T(1e36);
    std::vector<Signal<T>> all = {{"noise", {}},    {"denormals", {}}, {"offset", {}}, {"steps", {}},
                                  {"NaN", {}},      {"infinity", {}},  {"huge", {}},   {"impulse and silence", {}}};
    for (auto& [name, x] : all) {
        x.resize(n);
        for (T& v : x) v = noise();
        if (name == "denormals")
            for (T& v : x) v *= std::numeric_limits<T>::min() / T(16);
        if (name == "offset")
            for (T& v : x) v += T(3e6);
        if (name == "steps")
            for (std::size_t i = 0; i < n; ++i) x[i] += static_cast<T>(i / 97 % 2 * 32767);
        if (name == "NaN") x[n / 3] = std::numeric_limits<T>::quiet_NaN();
        if (name == "infinity") x[n / 3] = std::numeric_limits<T>::infinity();
        if (name == "huge")
            for (std::size_t i = 0; i < n; i += 7) x[i] = i % 2 == 0 ? huge : -huge;
        if (name == "impulse and silence")
            for (std::size_t i = 0; i < n; ++i) x[i] = T(i == 0);
    }
    return all;
}

const std::vector<Sos<double>>& filters() {
    static const std::vector<Sos<double>> all = {butterworth_bandpass(4, 20, 500, 2048), butterworth_highpass(4, 10, 30000),
                                                 butterworth_lowpass(5, 300, 2048), butterworth_bandstop(2, 49, 51, 2048)};
    return all;
}

template <class T>
std::vector<T> line(kernels::LineFunction<T> function, const Sos<double>& sos, std::vector<T> x, std::int64_t chunk) {
    const auto coefficients = line_coefficients(sos);
    std::vector<double> state(sos.size() * static_cast<std::size_t>(kernels::line_state));
    for (std::size_t s = 0; s < sos.size(); ++s)
        set_line_state(state.data() + s * static_cast<std::size_t>(kernels::line_state), {0.25, -0.125});
    const auto n = static_cast<std::int64_t>(x.size());
    for (std::int64_t at = 0; at < n; at += chunk)
        function(x.data() + at, 1, x.data() + at, 1, std::min(chunk, n - at), coefficients.data(), static_cast<int>(sos.size()),
                 state.data());
    return x;
}

// The formula of line_kernel.hpp, sample by sample.
template <class T>
std::vector<T> plain_line(const Sos<double>& sos, const std::vector<T>& from) {
    const auto k = line_coefficients(sos);
    std::vector<double> x(from.begin(), from.end());
    for (std::size_t s = 0; s < sos.size(); ++s) {
        const double* c = k.data() + 9 * s;
        std::vector<double> in(x.size() + 8), w(in), u(in), y(in);
        std::copy(x.begin(), x.end(), in.begin() + 8);
        for (std::size_t n = 8; n < in.size(); ++n) {
            w[n] = (c[0] * in[n] + c[2] * in[n - 2]) + c[1] * in[n - 1];
            if (n < 10) w[n] += n == 8 ? 0.25 : -0.125;
            u[n] = (w[n] + c[4] * w[n - 2]) + c[3] * w[n - 1];
            const double v = (u[n] + c[6] * u[n - 4]) + c[5] * u[n - 2];
            y[n] = (v + c[8] * y[n - 8]) + c[7] * y[n - 4];
        }
        std::copy(y.begin() + 8, y.end(), x.begin());
    }
    std::vector<T> out(x.size());
    for (std::size_t n = 0; n < x.size(); ++n) out[n] = static_cast<T>(x[n]);
    return out;
}

template <class T>
std::vector<T> direct(const Sos<double>& sos, std::vector<T> x) {
    for (const auto& s : sos.sections()) {
        const T b0 = static_cast<T>(s.b0), b1 = static_cast<T>(s.b1), b2 = static_cast<T>(s.b2);
        const T a1 = static_cast<T>(s.a1), a2 = static_cast<T>(s.a2);
        T s1 = 0, s2 = 0;
        for (T& v : x) {
            const T y = b0 * v + s1;
            s1 = (b1 * v + s2) - a1 * y;
            s2 = b2 * v - a2 * y;
            v = y;
        }
    }
    return x;
}

// The same signal in every channel, from one block to another.
template <class T>
std::vector<T> lanes(kernels::CascadeFunction<T, T> function, const Sos<double>& sos, const std::vector<T>& x, std::int64_t channels) {
    const auto frames = static_cast<std::int64_t>(x.size());
    std::vector<T> in(x.size() * static_cast<std::size_t>(channels)), out(in.size()), coefficients;
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = x[i / static_cast<std::size_t>(channels)];
    for (const auto& s : sos.sections())
        for (const double v : {s.b0, s.b1, s.b2, s.a1, s.a2}) coefficients.push_back(static_cast<T>(v));
    std::vector<T> state(2 * sos.size() * 64, T(0));
    function({in.data(), channels, 1, out.data(), channels, 1, frames, channels, coefficients.data(), static_cast<int>(sos.size()),
              state.data(), 64});
    std::vector<T> one(x.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t f = i / static_cast<std::size_t>(channels);
        if (i % static_cast<std::size_t>(channels) == 0) one[f] = out[i];
        else EXPECT_TRUE(out[i] == one[f] || (core::is_nan(out[i]) && core::is_nan(one[f])));
    }
    return one;
}

template <class T>
class Kernels : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(Kernels, Types);

}  // namespace

TYPED_TEST(Kernels, OneChannelIsThePlainFormulaAtEveryWidthAndCut) {
    using T = TypeParam;
    for (const bool flushed : {false, true}) {
        std::optional<core::FlushDenormals> guard;
        if (flushed) guard.emplace();
        for (const auto& sos : filters())
            for (const auto& [name, x] : adversaries<T>(601)) {
                SCOPED_TRACE(name);
                const auto expected = plain_line(sos, x);
                for (const std::int64_t chunk : {601, 1, 2, 3, 4, 5, 13, 64, 513}) {
                    ASSERT_TRUE(same(line<T>(&kernels::LineKernel<Width<16>, T>::run, sos, x, chunk), expected)) << chunk;
                    ASSERT_TRUE(same(line<T>(&kernels::LineKernel<Width<32>, T>::run, sos, x, chunk), expected)) << chunk;
                    ASSERT_TRUE(same(line<T>(&kernels::LineKernel<Width<64>, T>::run, sos, x, chunk), expected)) << chunk;
                }
#if defined(FASCIKIT_KERNELS)
                for (const char* path : {"baseline", "avx2", "avx512", "neon"})
                    if (const auto function = kernels::line_function_of(path, T{})) {
                        ASSERT_TRUE(same(line<T>(function, sos, x, 37), expected)) << path;
                    }
#endif
            }
    }
}

TYPED_TEST(Kernels, ManyChannelsAreThePlainLoopAtEveryWidth) {
    using T = TypeParam;
    for (const auto& sos : filters())
        for (const auto& [name, x] : adversaries<T>(150)) {
            SCOPED_TRACE(name);
            const auto expected = direct(sos, x);
            for (const std::int64_t channels : {1, 3, 8, 17, 32, 49}) {
                ASSERT_TRUE(same(lanes<T>(&kernels::CascadeKernel<Width<16>, T, T>::run, sos, x, channels), expected)) << channels;
                ASSERT_TRUE(same(lanes<T>(&kernels::CascadeKernel<Width<32>, T, T>::run, sos, x, channels), expected)) << channels;
                ASSERT_TRUE(same(lanes<T>(&kernels::CascadeKernel<Width<64>, T, T>::run, sos, x, channels), expected)) << channels;
            }
#if defined(FASCIKIT_KERNELS)
            for (const char* path : {"baseline", "avx2", "avx512", "neon"})
                if (const auto function = kernels::cascade_function_of(path, T{}, T{})) {
                    ASSERT_TRUE(same(lanes<T>(function, sos, x, 19), expected)) << path;
                }
#endif
        }
}

TYPED_TEST(Kernels, ThresholdsAreFoundAtEveryWidth) {
    using T = TypeParam;
    for (const auto& [name, x] : adversaries<T>(64 * 40)) {
        SCOPED_TRACE(name);
        std::vector<T> thresholds(64, T(120));
        thresholds[5] = std::numeric_limits<T>::infinity();
        std::vector<std::int32_t> expected;
        for (std::int32_t i = 4 * 64; i < 40 * 64; ++i) {
            const auto at = [i, &rows = x](std::int32_t k) { return rows[static_cast<std::size_t>(i - k * 64)]; };
            if (at(2) * at(2) - at(0) * at(4) >= thresholds[static_cast<std::size_t>(i % 64)]) expected.push_back(i - 4 * 64);
        }
        const auto check = [&, &rows = x](kernels::BareFunction<T> function) {
            std::vector<std::int32_t> found(64 * 36);
            found.resize(static_cast<std::size_t>(function(rows.data() + 4 * 64, 36, 64, 2, thresholds.data(), found.data())));
            std::sort(found.begin(), found.end());
            EXPECT_EQ(found, expected);
        };
        check(&kernels::BareKernel<Width<16>, T>::run);
        check(&kernels::BareKernel<Width<32>, T>::run);
        check(&kernels::BareKernel<Width<64>, T>::run);
#if defined(FASCIKIT_KERNELS)
        for (const char* path : {"baseline", "avx2", "avx512", "neon"})
            if (const auto function = kernels::bare_function_of(path, T{})) check(function);
#endif
    }
}
