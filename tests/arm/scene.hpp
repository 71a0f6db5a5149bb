// The scene that bits.cpp listens to, apart because it takes long to compile and needs no kernels.
#pragma once

#include "fascikit/simulate/scene.hpp"

/// 20 s of four muscles: noise, hum and drift in all, fasciculations in the first and the third.
fascikit::simulate::Simulated scene();
