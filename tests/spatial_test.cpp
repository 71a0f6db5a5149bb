// Spatial filters over a site's channels.
#include "fascikit/filter/spatial.hpp"
#include "fascikit/filter/whitening.hpp"
#include "stream_checks.hpp"

using namespace fascikit;
using namespace fascikit::filter;
using checks::expect_close;
using checks::expect_error;
using checks::golden;
using checks::samples;

namespace {

const nlohmann::json& expected() { return golden()["spatial"]; }
std::vector<double> numbers(const nlohmann::json& item) { return item.get<std::vector<double>>(); }

// Channels × frames, as NumPy has them.
BlockView<double> planes(std::vector<double>& x, std::int64_t frames) {
    return planar(x.data(), frames, static_cast<std::int64_t>(x.size()) / frames);
}

std::vector<double> applied(const SpatialWeights& weights, std::vector<double> x, std::int64_t frames) {
    SpatialFilter<double> filter(weights);
    std::vector<double> out(weights.outputs.size() * static_cast<std::size_t>(frames), -1.0);
    const long before = checks::allocations;
    filter.process(planes(x, frames), planes(out, frames));
    EXPECT_EQ(checks::allocations, before);
    return out;
}

}  // namespace

TEST(Spatial, EqualsNumPy) {
    const std::int64_t frames = expected()["frames"];
    const Grid grid{expected()["rows"], expected()["columns"]};
    const auto x = samples(static_cast<std::size_t>(grid.rows * grid.columns * frames), 5);
    const auto check = [&](const SpatialWeights& weights, const char* name) {
        expect_close(applied(weights, x, frames), numbers(expected()[name]), 1e-14, name);
    };
    check(single_differential(grid), "single_rows");
    check(single_differential(grid, Along::columns), "single_columns");
    check(double_differential(grid), "double_rows");
    check(double_differential(grid, Along::columns), "double_columns");
    check(laplacian(grid), "laplacian");
    const std::vector<std::int64_t> bad = {0, 7};
    auto dirty = x;
    for (const std::int64_t c : bad)
        for (std::int64_t f = 0; f < frames; ++f) dirty[static_cast<std::size_t>(c * frames + f)] = std::nan("");
    expect_close(applied(laplacian(grid, bad), dirty, frames), numbers(expected()["laplacian_bad"]), 1e-14, "bad");
    for (const Reference reference : {Reference::mean, Reference::median}) {
        auto y = dirty;
        CommonReference<double> common(grid.rows * grid.columns, reference, bad);
        const long before = checks::allocations;
        common.process(planes(y, frames));
        EXPECT_EQ(checks::allocations, before);
        expect_close(y, numbers(expected()[reference == Reference::mean ? "mean" : "median"]), 1e-14, "common");
    }
}

TEST(Spatial, LayoutsGiveTheSameBitsAndBadOutputsAreZero) {
    const Grid grid{3, 3};
    const std::vector<std::int64_t> bad = {4};
    const auto weights = double_differential(grid, Along::rows, bad);
    ASSERT_EQ(weights.outputs.size(), 3U);
    EXPECT_TRUE(weights.valid(0));
    EXPECT_FALSE(weights.valid(1));
    const auto noise = samples(9 * 20, 5);
    std::vector<float> rows(noise.begin(), noise.end()), a(60), b(60);
    SpatialFilter<float> filter(weights);
    filter.process(interleaved<const float>(rows.data(), 20, 9), interleaved(a.data(), 20, 3));
    const auto turned = planar(b.data(), 20, 3);
    filter.process(interleaved<const float>(rows.data(), 20, 9), turned);
    for (std::int64_t f = 0; f < 20; ++f)
        for (std::int64_t c = 0; c < 3; ++c) {
            ASSERT_EQ(turned(f, c), a[static_cast<std::size_t>(3 * f + c)]);
            if (c == 1) {
                ASSERT_EQ(turned(f, c), 0.0F);
            }
        }
    // In place where the shape stays: a plane has no Laplacian inside the grid.
    std::vector<double> plane(9);
    for (std::size_t i = 0; i < 9; ++i) plane[i] = static_cast<double>(i % 3) * 2 + static_cast<double>(i / 3) * 5 + 1;
    SpatialFilter<double> surface(laplacian(grid));
    const auto view = interleaved(plane.data(), 1, 9);
    surface.process(view, view);
    EXPECT_NEAR(plane[4], 0, 1e-14);
    // A single electrode has no neighbours.
    EXPECT_FALSE(laplacian({1, 1}).valid(0));
}

TEST(Whitening, EqualsNumPyAndLeavesTheIdentity) {
    constexpr std::int64_t frames = 400, channels = 12;
    auto x = samples(static_cast<std::size_t>(channels * frames), 5);
    // From the last row on, as NumPy adds the unchanged rows before.
    for (std::int64_t c = channels - 1; c > 0; --c)
        for (std::int64_t f = 0; f < frames; ++f)
            x[static_cast<std::size_t>(c * frames + f)] += 0.8 * x[static_cast<std::size_t>((c - 1) * frames + f)];
    const auto covariance = channel_covariance<double>(planes(x, frames));
    expect_close(covariance, numbers(expected()["covariance"]), 1e-12, "covariance");

    const std::vector<std::int64_t> bad = {4};
    const auto weights = whitening(covariance, channels, 1e-3, bad);
    std::vector<double> matrix;
    for (const auto& output : weights.outputs)
        for (const Weight& w : output) matrix.push_back(w.value);
    expect_close(matrix, numbers(expected()["whitening"]), 1e-11, "whitening");
    EXPECT_FALSE(weights.valid(4));

    auto white = applied(whitening(covariance, channels, 0), x, frames);
    const auto after = channel_covariance<double>(planes(white, frames));
    for (std::size_t i = 0; i < after.size(); ++i) ASSERT_NEAR(after[i], i % (channels + 1) == 0 ? 1.0 : 0.0, 1e-10);

    // Frames with NaN are left out; a NaN in a bad channel is none.
    auto dirty = x;
    dirty[static_cast<std::size_t>(4 * frames)] = std::nan("");
    EXPECT_EQ(channel_covariance<double>(planes(dirty, frames), bad)[0], covariance[0]);
    EXPECT_NE(channel_covariance<double>(planes(dirty, frames))[0], covariance[0]);
}

TEST(Spatial, ErrorsNameTheValueAndWhatIsAllowed) {
    const std::vector<std::int64_t> bad = {9}, all = {0, 1};
    expect_error("grid of 0 x 3", [] { (void)laplacian({0, 3}); });
    expect_error("grid of 1 x 3: along its rows at least 2", [] { (void)single_differential({1, 3}); });
    expect_error("grid of 3 x 2: along its columns at least 3", [] { (void)double_differential({3, 2}, Along::columns); });
    expect_error("bad channel 9: allowed is 0 to 3", [&] { (void)laplacian({2, 2}, bad); });
    expect_error("all 2 channels are bad", [&] { CommonReference<double>(2, Reference::mean, all); });
    const std::vector<double> flat(4, 1.0), other(3, 1.0), nan = {1, 0, 0, std::nan("")};
    expect_error("singular", [&] { (void)whitening(flat, 2, 0); });
    expect_error("covariance of 3 values: needed are 2 x 2", [&] { (void)whitening(other, 2); });
    expect_error("regularisation -1", [&] { (void)whitening(flat, 2, -1); });
    expect_error("covariance holds nan", [&] { (void)whitening(nan, 2); });
    std::vector<double> x(4);
    expect_error("1 usable frames: at least 2", [&] { (void)channel_covariance<double>(planes(x, 1)); });
    SpatialWeights wrong{2, {{{2, 1.0}}}};
    expect_error("weight of channel 2", [&] { SpatialFilter<double>{wrong}; });
}
