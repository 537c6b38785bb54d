/*
 * An OpenSSL provider with one algorithm: THAW-KERNEL, a random generator that keeps no state and asks the kernel each
 * time. OpenSSL's own generators (CTR-DRBG) stretch a seed that lies in the process: all clones of a snapshot would
 * draw the same numbers from it for up to an hour, TLS keys among them. Clones have different kernels' randomness
 * before they run, so what is asked of the kernel is different as well. getrandom() is no system call in most cases:
 * the C library takes it from the vDSO, which notices that the kernel was reseeded.
 *
 * It links no library of OpenSSL's, so that any OpenSSL 3 that loads providers can use it. Its configuration is
 * guest/openssl/thaw.cnf.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/random.h>

#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#define VISIBLE __attribute__((visibility("default")))
#define STRENGTH 256
/* The least that the kernel gives without a break, whatever signals come: getrandom(2). */
#define REQUEST_MAX 256

struct generator {
	int state;
};

static void *new_generator(void *provider, void *parent, const OSSL_DISPATCH *parent_calls)
{
	(void)provider;
	(void)parent; /* OpenSSL chains its generators; this one needs nothing from another. */
	(void)parent_calls;
	struct generator *generator = calloc(1, sizeof(*generator));
	if (generator != NULL)
		generator->state = EVP_RAND_STATE_UNINITIALISED;
	return generator;
}

static void free_generator(void *generator)
{
	free(generator);
}

static int instantiate(void *context, unsigned int strength, int prediction_resistance,
		       const unsigned char *personalisation, size_t personalisation_size, const OSSL_PARAM params[])
{
	(void)prediction_resistance;
	(void)personalisation;
	(void)personalisation_size;
	(void)params;
	struct generator *generator = context;
	if (strength > STRENGTH) {
		generator->state = EVP_RAND_STATE_ERROR;
		return 0;
	}
	generator->state = EVP_RAND_STATE_READY;
	return 1;
}

static int uninstantiate(void *context)
{
	struct generator *generator = context;
	generator->state = EVP_RAND_STATE_UNINITIALISED;
	return 1;
}

static int generate(void *context, unsigned char *out, size_t size, unsigned int strength, int prediction_resistance,
		    const unsigned char *extra, size_t extra_size)
{
	(void)prediction_resistance;
	(void)extra;
	(void)extra_size;
	struct generator *generator = context;
	if (generator->state != EVP_RAND_STATE_READY || strength > STRENGTH)
		return 0;
	while (size > 0) {
		ssize_t got = getrandom(out, size < REQUEST_MAX ? size : REQUEST_MAX, 0);
		if (got < 0) {
			if (errno == EINTR)
				continue;
			return 0;
		}
		out += got;
		size -= (size_t)got;
	}
	return 1;
}

/* RAND_add() and RAND_seed() end here. The kernel has entropy of its own: there is nothing to renew. */
static int reseed(void *context, int prediction_resistance, const unsigned char *entropy, size_t entropy_size,
		  const unsigned char *extra, size_t extra_size)
{
	(void)context;
	(void)prediction_resistance;
	(void)entropy;
	(void)entropy_size;
	(void)extra;
	(void)extra_size;
	return 1;
}

/* Without state there is nothing to lock: a state that is read while it changes is one of two that are both right. */
static int enable_locking(void *context)
{
	(void)context;
	return 1;
}

static int lock(void *context)
{
	(void)context;
	return 1;
}

static void unlock(void *context)
{
	(void)context;
}

static const OSSL_PARAM *gettable_params(void *context, void *provider)
{
	(void)context;
	(void)provider;
	static const OSSL_PARAM known[] = {
		OSSL_PARAM_int(OSSL_RAND_PARAM_STATE, NULL),
		OSSL_PARAM_uint(OSSL_RAND_PARAM_STRENGTH, NULL),
		OSSL_PARAM_size_t(OSSL_RAND_PARAM_MAX_REQUEST, NULL),
		OSSL_PARAM_END,
	};
	return known;
}

/* Writes a number into a parameter of the size that the caller gave it. */
static int set_number(OSSL_PARAM *param, size_t value)
{
	if (param->data_type != OSSL_PARAM_INTEGER && param->data_type != OSSL_PARAM_UNSIGNED_INTEGER)
		return 0;
	if (param->data_size == sizeof(unsigned int)) {
		if (param->data != NULL)
			*(unsigned int *)param->data = (unsigned int)value;
	} else if (param->data_size == sizeof(size_t)) {
		if (param->data != NULL)
			*(size_t *)param->data = value;
	} else {
		return 0;
	}
	param->return_size = param->data_size;
	return 1;
}

static int same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static int get_params(void *context, OSSL_PARAM params[])
{
	struct generator *generator = context;
	for (OSSL_PARAM *param = params; param != NULL && param->key != NULL; param++) {
		if (same(param->key, OSSL_RAND_PARAM_STATE)) {
			if (!set_number(param, (size_t)generator->state))
				return 0;
		} else if (same(param->key, OSSL_RAND_PARAM_STRENGTH)) {
			if (!set_number(param, STRENGTH))
				return 0;
		} else if (same(param->key, OSSL_RAND_PARAM_MAX_REQUEST)) {
			if (!set_number(param, (size_t)1 << 16))
				return 0;
		}
	}
	return 1;
}

static int verify_zeroization(void *context)
{
	(void)context;
	return 1;
}

static const OSSL_DISPATCH generator_calls[] = {
	{ OSSL_FUNC_RAND_NEWCTX, (void (*)(void))new_generator },
	{ OSSL_FUNC_RAND_FREECTX, (void (*)(void))free_generator },
	{ OSSL_FUNC_RAND_INSTANTIATE, (void (*)(void))instantiate },
	{ OSSL_FUNC_RAND_UNINSTANTIATE, (void (*)(void))uninstantiate },
	{ OSSL_FUNC_RAND_GENERATE, (void (*)(void))generate },
	{ OSSL_FUNC_RAND_RESEED, (void (*)(void))reseed },
	{ OSSL_FUNC_RAND_ENABLE_LOCKING, (void (*)(void))enable_locking },
	{ OSSL_FUNC_RAND_LOCK, (void (*)(void))lock },
	{ OSSL_FUNC_RAND_UNLOCK, (void (*)(void))unlock },
	{ OSSL_FUNC_RAND_GETTABLE_CTX_PARAMS, (void (*)(void))gettable_params },
	{ OSSL_FUNC_RAND_GET_CTX_PARAMS, (void (*)(void))get_params },
	{ OSSL_FUNC_RAND_VERIFY_ZEROIZATION, (void (*)(void))verify_zeroization },
	{ 0, NULL },
};

static const OSSL_ALGORITHM generators[] = {
	{ "THAW-KERNEL", "provider=thaw", generator_calls, "The kernel's random generator, without state" },
	{ NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
	(void)provider;
	*no_cache = 0;
	return operation == OSSL_OP_RAND ? generators : NULL;
}

static const OSSL_DISPATCH provider_calls[] = {
	{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
	{ 0, NULL },
};

/* Where OpenSSL enters. */
VISIBLE int OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core_calls,
			       const OSSL_DISPATCH **calls, void **provider)
{
	(void)core_calls;
	*calls = provider_calls;
	*provider = (void *)handle;
	return 1;
}
